namespace Theseus;

/// <summary>A contract was called while its slot has no generation to call: before the first release was loaded, or after the host has stopped.</summary>
public sealed class ComponentUnavailableException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="component">The component's name.</param>
    /// <param name="reason">Why there is nothing to call, and what to do.</param>
    public ComponentUnavailableException(string component, string reason)
        : base($"The component '{component}' cannot be called: {reason}") => Component = component;

    /// <summary>The component's name.</summary>
    public string Component { get; }
}
