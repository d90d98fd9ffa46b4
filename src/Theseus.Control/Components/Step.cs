using Theseus.Control.Audit;

namespace Theseus.Control.Components;

/// <summary>What a change makes of a component's present descriptor: a new one to save, or an end.</summary>
internal readonly record struct Step(ComponentDescriptor? Next, string? Why, string? Upgrade, RegistryResult? Result)
{
    /// <summary>What goes on record of the change; null for what the system finds by itself.</summary>
    public AuditEntry? Entry { get; init; }

    public static Step Save(ComponentDescriptor next, string? why, string? upgrade) => new(next, why, upgrade, null);

    public static Step End(RegistryResult result) => new(null, null, null, result);
}

/// <summary>A change in a component's life as a step.</summary>
internal static class LifecycleStep
{
    public static Step Make(string name, ComponentDescriptor? present, LifecycleMove move)
    {
        // Only a registration brings a retired one back.
        if (present is not { Lifecycle: not ComponentLifecycle.Retired })
            return Step.End(RegistryResult.NotFound(name));
        // Several control planes follow the same upgrades, one later than the other.
        if (move.Follows is { } moment && !moment.IsAfter(present.Follows))
            return Step.End(RegistryResult.Unchanged(present));
        if (move.OnlyFrom is { } expected && expected != present.Lifecycle)
            return Refused(present, $"'{name}' is {present.Lifecycle}, not {expected}.");
        var next = Next(present, move);
        if (next.Lifecycle == present.Lifecycle && next.CurrentVersion == present.CurrentVersion && move.Release is null)
            return Step.End(RegistryResult.Unchanged(present));
        if (!LifecycleTable.IsAllowed(present.Lifecycle, move.To))
            return Refused(present, $"'{name}' is {present.Lifecycle}, from which it may go to {string.Join(", ", LifecycleTable.After(present.Lifecycle))}, not to {move.To}.");
        if (next.Lifecycle == ComponentLifecycle.Active && next.CurrentVersion is null)
            return Refused(present, $"'{name}' cannot be {move.To} without a version: say which one serves.");
        return Step.Save(next, move.Why, move.Upgrade);
    }

    private static ComponentDescriptor Next(ComponentDescriptor present, LifecycleMove move)
    {
        var next = move.Release is { } release ? present.Running(release) : present with { CurrentVersion = move.Version ?? present.CurrentVersion };
        return next with
        {
            Lifecycle = move.To,
            Follows = move.Follows ?? present.Follows,
            CurrentVersion = move.To is ComponentLifecycle.Registered or ComponentLifecycle.Retired ? null : next.CurrentVersion,
        };
    }

    private static Step Refused(ComponentDescriptor present, string problem) =>
        Step.End(RegistryResult.Refused(RegistryOutcome.TransitionRefused, present, problem));
}
