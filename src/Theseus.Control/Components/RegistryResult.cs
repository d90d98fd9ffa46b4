namespace Theseus.Control;

/// <summary>What came of a change to a registry.</summary>
public enum RegistryOutcome
{
    /// <summary>It was saved.</summary>
    Saved,

    /// <summary>It changed nothing, and nothing was saved.</summary>
    Unchanged,

    /// <summary>There is no such component.</summary>
    NotFound,

    /// <summary>There is a component of that name already.</summary>
    AlreadyRegistered,

    /// <summary>The descriptor has faults.</summary>
    Invalid,

    /// <summary>The lifecycle does not allow it.</summary>
    TransitionRefused,

    /// <summary>Others changed the component again and again meanwhile; nothing was saved.</summary>
    Conflict,
}

/// <summary>What came of a change to a registry. Immutable.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Component">The component as it is now; null if there is none.</param>
/// <param name="Problems">Why it was not saved, and what to do; empty if it was.</param>
public sealed record RegistryResult(RegistryOutcome Outcome, ComponentDescriptor? Component, IReadOnlyList<string> Problems)
{
    /// <summary>Whether the component is now as it was asked for.</summary>
    public bool IsDone => Outcome is RegistryOutcome.Saved or RegistryOutcome.Unchanged;

    internal static RegistryResult Saved(ComponentDescriptor component) => new(RegistryOutcome.Saved, component, []);

    internal static RegistryResult Unchanged(ComponentDescriptor component) => new(RegistryOutcome.Unchanged, component, []);

    internal static RegistryResult NotFound(string name) =>
        new(RegistryOutcome.NotFound, null, [$"There is no component '{name}'. Register it, or look its name up."]);

    internal static RegistryResult Refused(RegistryOutcome outcome, ComponentDescriptor? component, params IReadOnlyList<string> problems) => new(outcome, component, problems);
}
