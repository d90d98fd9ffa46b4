namespace Theseus.Control;

/// <summary>Where a component is in its life. What may follow what is told by <see cref="LifecycleTable"/>.</summary>
public enum ComponentLifecycle
{
    /// <summary>Known, and no release of it serves.</summary>
    Registered,

    /// <summary>One version serves.</summary>
    Active,

    /// <summary>An upgrade is on its way.</summary>
    Upgrading,

    /// <summary>An upgrade is being taken back.</summary>
    RollingBack,

    /// <summary>It serves, but not as it should: its nodes run different versions, or some are unhealthy.</summary>
    Degraded,

    /// <summary>It could not be brought back to a version that serves: a person has to look.</summary>
    Failed,

    /// <summary>Removed. Its history stays, and it may be registered again.</summary>
    Retired,
}

/// <summary>Which lifecycle state may follow which. Thread-safe.</summary>
public static class LifecycleTable
{
    private static readonly ComponentLifecycle[] states = Enum.GetValues<ComponentLifecycle>();

    /// <summary>The states that may follow a state, in the order of the enum.</summary>
    /// <param name="state">The state.</param>
    public static IReadOnlyList<ComponentLifecycle> After(ComponentLifecycle state) => [.. states.Where(next => IsAllowed(state, next))];

    /// <summary>Whether a component may go from one state to another.</summary>
    /// <param name="from">The state it is in.</param>
    /// <param name="to">The state it is to go to; the same state is allowed where its version may change by itself.</param>
    public static bool IsAllowed(ComponentLifecycle from, ComponentLifecycle to) => (from, to) switch
    {
        (ComponentLifecycle.Registered, ComponentLifecycle.Active or ComponentLifecycle.Upgrading or ComponentLifecycle.Degraded or ComponentLifecycle.Retired) => true,
        // Active to Active: a node's own host has swapped it, and the report says so.
        (ComponentLifecycle.Active, ComponentLifecycle.Active or ComponentLifecycle.Registered or ComponentLifecycle.Upgrading or ComponentLifecycle.RollingBack
            or ComponentLifecycle.Degraded or ComponentLifecycle.Retired) => true,
        // To Registered: a first deployment that came to nothing.
        (ComponentLifecycle.Upgrading, ComponentLifecycle.Active or ComponentLifecycle.Registered or ComponentLifecycle.RollingBack or ComponentLifecycle.Degraded
            or ComponentLifecycle.Failed) => true,
        (ComponentLifecycle.RollingBack, ComponentLifecycle.Active or ComponentLifecycle.Registered or ComponentLifecycle.Degraded or ComponentLifecycle.Failed) => true,
        (ComponentLifecycle.Degraded, ComponentLifecycle.Active or ComponentLifecycle.Registered or ComponentLifecycle.Upgrading or ComponentLifecycle.RollingBack
            or ComponentLifecycle.Degraded or ComponentLifecycle.Failed or ComponentLifecycle.Retired) => true,
        (ComponentLifecycle.Failed, ComponentLifecycle.Active or ComponentLifecycle.Registered or ComponentLifecycle.Upgrading or ComponentLifecycle.RollingBack
            or ComponentLifecycle.Degraded or ComponentLifecycle.Retired) => true,
        (ComponentLifecycle.Retired, ComponentLifecycle.Registered) => true,
        _ => false,
    };
}
