using Theseus.Packaging;

namespace Theseus.Runtime.State;

/// <summary>One step of a chain: a migration, or the undoing of one.</summary>
/// <param name="Owner">The release that carries it.</param>
/// <param name="Declaration">What its manifest says of it.</param>
/// <param name="IsUndo">Whether it goes from the migration's end to its start.</param>
internal sealed record MigrationStep(StateParty Owner, MigrationDeclaration Declaration, bool IsUndo)
{
    private IStateMigration? _migration;

    public int From => IsUndo ? Declaration.To : Declaration.From;

    public int To => IsUndo ? Declaration.From : Declaration.To;

    // What goes up can come down only if its author says so; what went down can always go up again.
    public bool IsReversible => IsUndo || Declaration.IsReversible;

    public bool MigratesChanges => !IsUndo && Declaration.MigratesChanges;

    public string Name => $"{(IsUndo ? "undoing " : "")}{Declaration.Type} ({From} -> {To}) of {Owner.Release}";

    /// <summary>Constructs the migration. Throws when it is missing or is not what its declaration says.</summary>
    public void Create()
    {
        _migration = Owner.CreateMigration(Declaration.Type) as IStateMigration
            ?? throw new InvalidOperationException($"it does not implement {nameof(IStateMigration)}");
        if (Declaration.IsReversible && _migration is not IReversibleStateMigration)
        {
            throw new InvalidOperationException($"it is declared reversible but does not implement {nameof(IReversibleStateMigration)}");
        }

        if (Declaration.MigratesChanges && _migration is not IChangeMigration)
        {
            throw new InvalidOperationException($"it is declared to migrate changes but does not implement {nameof(IChangeMigration)}");
        }
    }

    public ValueTask RunAsync(Stream source, Stream destination, CancellationToken cancellationToken) => IsUndo
        ? ((IReversibleStateMigration)_migration!).UndoAsync(source, destination, cancellationToken)
        : _migration!.MigrateAsync(source, destination, cancellationToken);

    public ValueTask RunOnChangesAsync(Stream source, Stream destination, CancellationToken cancellationToken) =>
        ((IChangeMigration)_migration!).MigrateChangesAsync(source, destination, cancellationToken);

    /// <summary>The same migration the other way round.</summary>
    public MigrationStep Opposite() => this with { IsUndo = !IsUndo };
}
