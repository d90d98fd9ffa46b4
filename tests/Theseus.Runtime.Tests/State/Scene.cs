using Theseus.Packaging;
using Theseus.Runtime.State;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.State;

/// <summary>A slot with an old table in it, and a new one beside it that its state is to go to.</summary>
internal sealed class Scene
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Longer than any test's clock is moved.</summary>
    public static readonly TimeSpan Unlimited = TimeSpan.FromDays(1);

    public Scene(StateKind kind, int newSchema = 2, TableMigration? migration = null, MigrationDeclaration? declared = null)
    {
        Kind = kind;
        Migration = migration ?? new();
        Old = Make(kind, 1);
        New = Make(kind, newSchema);
        Slot = new(Old, Clock);
        From = Parties.Of(Old, "1.0.0", Parties.State(kind, 1));
        object carried = declared is { IsReversible: false, MigratesChanges: false } ? new UpwardMigration { Inner = Migration } : Migration;
        To = newSchema == 1
            ? Parties.Of(New, "1.1.0", Parties.State(kind, 1))
            : Parties.Of(New, "2.0.0", Parties.State(kind, newSchema, declared ?? Parties.Up), carried);
    }

    public StateKind Kind { get; }

    public ManualTimeProvider Clock { get; } = new();

    public StateOptions Options { get; } = new();

    public Table Old { get; }

    public Table New { get; }

    public TableMigration Migration { get; }

    public TableSlot Slot { get; }

    public StateParty From { get; }

    public StateParty To { get; }

    public int Publications { get; private set; }

    public StateHandover Handover => new(Clock, Options);

    /// <summary>Sets what happens at every place, whoever's.</summary>
    public Func<Place, CancellationToken, ValueTask> At
    {
        set => Old.At = New.At = Migration.At = value;
    }

    public Task<HandoverPlan> PlanAsync(CancellationToken cancellationToken = default) => Handover.PlanAsync(From, To, Slot, cancellationToken).WaitAsync(Patience);

    /// <summary>Plans without a trial, so that every place is visited once at most before the hand-over.</summary>
    public Task<HandoverPlan> PlanOnlyAsync()
    {
        Options.TryWayBack = false;
        return PlanAsync();
    }

    public Task<HandoverResult> RunAsync(HandoverPlan plan, CancellationToken cancellationToken = default) =>
        Handover.RunAsync(plan, From, To, Slot, Publish, cancellationToken).WaitAsync(Patience);

    public async Task<HandoverResult> PlanAndRunAsync() => await RunAsync(await PlanOnlyAsync());

    public Task<HandoverResult> RunBackAsync(StateSnapshot? snapshot) =>
        Handover.RunBackAsync(To, From, snapshot, Slot, () => Slot.Publish(Old), CancellationToken.None).WaitAsync(Patience);

    public void Publish()
    {
        Publications++;
        Slot.Publish(New);
    }

    /// <summary>Lets the clock be pumped without regard to how far the work has come.</summary>
    public void LimitDrainsAlone() =>
        Options.MaximumHold = Options.PreparationTimeout = Options.RestoreTimeout = Unlimited;

    /// <summary>Moves the clock to each deadline and pause as it is armed, limits without end excepted, until the task ends.</summary>
    public async Task<T> PumpAsync<T>(Task<T> task)
    {
        using var ended = new CancellationTokenSource();
        while (true)
        {
            var armed = Clock.WaitUntilAsync(static clock => clock.NextTimerDueIn < Unlimited / 2, Patience, ended.Token);
            if (await Task.WhenAny(task, armed) == task)
            {
                await ended.CancelAsync();
                return await task;
            }

            await armed;
            Clock.Advance(Clock.NextTimerDueIn is { } due && due < Unlimited / 2 ? due : TimeSpan.Zero);
        }
    }

    private static Table Make(StateKind kind, int schema) => kind is StateKind.CaughtUp ? new CatchUpTable(schema) : new Table(schema);
}
