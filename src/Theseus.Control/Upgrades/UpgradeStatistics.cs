namespace Theseus.Control.Upgrades;

/// <summary>How many upgrades there were, and what came of them. Immutable.</summary>
/// <param name="ByState">How many stand in each state; states without any are left out.</param>
public sealed record UpgradeStatistics(IReadOnlyDictionary<UpgradeState, long> ByState)
{
    /// <summary>All that were ever asked for.</summary>
    public long Total => ByState.Values.Sum();

    /// <summary>Those that have not ended.</summary>
    public long Running => ByState.Where(one => !UpgradeStates.IsEnd(one.Key)).Sum(one => one.Value);

    /// <summary>Of those that reached a node's callers and ended, the share that was completed, from 0 to 1; 0 without any.</summary>
    public double SuccessRate => Share(UpgradeState.Completed);

    /// <summary>Of those that reached a node's callers and ended, the share that went back, from 0 to 1, whether or not all of it came back; 0 without any.</summary>
    public double RollbackRate => Share(UpgradeState.RolledBack) + Share(UpgradeState.RollbackFailed);

    private double Share(UpgradeState state)
    {
        var decided = Count(UpgradeState.Completed) + Count(UpgradeState.RolledBack) + Count(UpgradeState.RollbackFailed);
        return decided == 0 ? 0 : (double)Count(state) / decided;
    }

    private long Count(UpgradeState state) => ByState.GetValueOrDefault(state);
}
