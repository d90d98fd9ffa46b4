namespace Theseus;

/// <summary>Declares that this component calls another component, and which of its releases it works with.</summary>
/// <param name="component">The other component's name.</param>
/// <param name="range">The releases it works with, as a NuGet version range, <c>[1.0.0,2.0.0)</c> for instance.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class ComponentDependencyAttribute(string component, string range) : Attribute
{
    /// <summary>The other component's name.</summary>
    public string Component { get; } = component;

    /// <summary>The releases of it that this component works with.</summary>
    public string Range { get; } = range;
}
