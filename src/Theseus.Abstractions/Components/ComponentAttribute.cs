namespace Theseus;

/// <summary>
/// Marks the class that is a component's entry: one public, concrete class in a component project that implements the
/// contract. A release's manifest is read from this attribute when the project is packed.
/// </summary>
/// <param name="name">The component's name: 1 to 64 characters of a-z, 0-9, '.', '-' and '_', beginning with a letter.</param>
/// <param name="contract">The contract interface, marked with <see cref="ContractAttribute"/>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ComponentAttribute(string name, Type contract) : Attribute
{
    /// <summary>The component's name.</summary>
    public string Name { get; } = name;

    /// <summary>The contract interface.</summary>
    public Type Contract { get; } = contract;

    /// <summary>
    /// The versions of the contract's assembly that this release works with, as a NuGet version range. By default from
    /// the version it was built against up to, and without, the next major version.
    /// </summary>
    public string? ContractRange { get; set; }

    /// <summary>
    /// The releases from which a direct upgrade to this one is declared safe, as a NuGet version range. By default all.
    /// </summary>
    public string? UpgradesFrom { get; set; }
}
