using System.Collections.Frozen;

namespace Theseus.Control.Upgrades;

/// <summary>Where an upgrade stands.</summary>
public enum UpgradeState
{
    /// <summary>Recorded, not looked at yet.</summary>
    Pending,

    /// <summary>Being checked and planned.</summary>
    Validating,

    /// <summary>Planned; waits for an approval.</summary>
    AwaitingApproval,

    /// <summary>The release is made ready on the first wave's nodes. No caller is on it.</summary>
    Preparing,

    /// <summary>Callers are, or may be, on the new release on some nodes.</summary>
    InProgress,

    /// <summary>Stands still where it is, until it is resumed, promoted or rolled back.</summary>
    Paused,

    /// <summary>All waves passed; the nodes make the new release the confirmed one.</summary>
    Confirming,

    /// <summary>The nodes go back to the release that served before.</summary>
    RollingBack,

    /// <summary>End: the new release is confirmed on all nodes.</summary>
    Completed,

    /// <summary>End: it failed before any caller was on the new release. Nothing changed.</summary>
    Failed,

    /// <summary>End: the release that served before serves on all nodes.</summary>
    RolledBack,

    /// <summary>End: some nodes could not be brought back in time; the record names them.</summary>
    RollbackFailed,

    /// <summary>End: cancelled before any caller was on the new release. Nothing changed.</summary>
    Cancelled,
}

/// <summary>The table of an upgrade's states: which may follow which. No record is ever stored that breaks it.</summary>
public static class UpgradeStates
{
    private static readonly FrozenDictionary<UpgradeState, FrozenSet<UpgradeState>> s_next = new Dictionary<UpgradeState, UpgradeState[]>
    {
        [UpgradeState.Pending] = [UpgradeState.Validating, UpgradeState.Cancelled],
        [UpgradeState.Validating] = [UpgradeState.AwaitingApproval, UpgradeState.Preparing, UpgradeState.Failed, UpgradeState.Cancelled],
        [UpgradeState.AwaitingApproval] = [UpgradeState.Preparing, UpgradeState.Failed, UpgradeState.Cancelled],
        [UpgradeState.Preparing] = [UpgradeState.InProgress, UpgradeState.Paused, UpgradeState.RollingBack],
        [UpgradeState.InProgress] = [UpgradeState.Paused, UpgradeState.Confirming, UpgradeState.RollingBack],
        [UpgradeState.Paused] = [UpgradeState.Preparing, UpgradeState.InProgress, UpgradeState.Confirming, UpgradeState.RollingBack],
        [UpgradeState.Confirming] = [UpgradeState.Completed, UpgradeState.Paused, UpgradeState.RollingBack],
        [UpgradeState.RollingBack] = [UpgradeState.RolledBack, UpgradeState.RollbackFailed, UpgradeState.Failed, UpgradeState.Cancelled],
    }.ToFrozenDictionary(one => one.Key, one => one.Value.ToFrozenSet());

    /// <summary>Whether a state is an end.</summary>
    public static bool IsEnd(UpgradeState state) => !s_next.ContainsKey(state);

    /// <summary>The states that may follow; none for an end.</summary>
    public static IReadOnlySet<UpgradeState> After(UpgradeState state) => s_next.GetValueOrDefault(state) ?? FrozenSet<UpgradeState>.Empty;

    /// <summary>Whether one state may follow the other. To stay is always allowed, but for ends.</summary>
    public static bool Allows(UpgradeState from, UpgradeState to) => from == to ? !IsEnd(from) : After(from).Contains(to);
}
