namespace Theseus;

/// <summary>
/// Turns exported state of one schema version into another. A release carries the migrations to its own schema, marked
/// with <see cref="StateMigrationAttribute"/>; the host chains them. Has a public constructor without parameters. An
/// instance need not be thread-safe: it is called by one thread at a time, though not always the same; several may be at
/// work in a host at the same time.
/// </summary>
public interface IStateMigration
{
    /// <summary>Migrates a whole exported state.</summary>
    /// <param name="source">The state in the schema this migration starts from.</param>
    /// <param name="destination">Where to write it in the schema it leads to.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken);
}

/// <summary>
/// A migration that can be undone: the way back for a release whose state schema changed. The host tries it before each
/// swap: migrating a state and undoing that must give back the same bytes.
/// </summary>
public interface IReversibleStateMigration : IStateMigration
{
    /// <summary>Migrates a whole exported state back.</summary>
    /// <param name="source">The state in the schema this migration leads to.</param>
    /// <param name="destination">Where to write it in the schema it starts from.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask UndoAsync(Stream source, Stream destination, CancellationToken cancellationToken);
}

/// <summary>
/// A migration that can also migrate noted changes (<see cref="ICatchUpState.ExportChangesAsync"/>). Without it, a
/// component that catches up is handed over by a plain transfer where the schema changes.
/// </summary>
public interface IChangeMigration : IStateMigration
{
    /// <summary>Migrates exported changes.</summary>
    /// <param name="source">The changes in the schema this migration starts from.</param>
    /// <param name="destination">Where to write them in the schema it leads to.</param>
    /// <param name="cancellationToken">Cancelled when the deadline has passed.</param>
    ValueTask MigrateChangesAsync(Stream source, Stream destination, CancellationToken cancellationToken);
}

/// <summary>Marks a migration and says between which schema versions it leads.</summary>
/// <param name="from">The schema version it starts from.</param>
/// <param name="to">The schema version it leads to: greater than <paramref name="from"/>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StateMigrationAttribute(int from, int to) : Attribute
{
    /// <summary>The schema version it starts from.</summary>
    public int From { get; } = from;

    /// <summary>The schema version it leads to.</summary>
    public int To { get; } = to;
}
