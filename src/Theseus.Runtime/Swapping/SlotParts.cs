using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>The parts of one slot that its swaps work with.</summary>
internal sealed record SlotParts(
    SlotSetup Setup, ComponentSlot Slot, Candidates Candidates, Retirements Retirements, FaultDirector Faults, ISwapJournal Journal);

/// <summary>Directs faults of a generation's background work to its trial, if it is on one. Thread-safe.</summary>
internal sealed class FaultDirector
{
    private volatile Target? _target;

    /// <summary>From now on faults of this generation count in this trial; with null, none count.</summary>
    public void Direct(int generation, Trial? trial) => _target = trial is null ? null : new(generation, trial);

    /// <summary>Where a generation reports its faults.</summary>
    public Action<string, Exception> For(int generation) => (work, failure) =>
    {
        if (_target is { } target && target.Generation == generation)
        {
            target.Trial.CountFault($"Background work '{work}' failed: {SlotCall.Describe(failure)}");
        }
    };

    private sealed record Target(int Generation, Trial Trial);
}
