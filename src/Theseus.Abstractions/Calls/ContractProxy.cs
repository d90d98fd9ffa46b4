using System.ComponentModel;

namespace Theseus.Calls;

/// <summary>The base of generated proxies.</summary>
/// <param name="slot">The slot whose component is called.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ContractProxy(Slot slot)
{
    /// <summary>The slot whose component is called.</summary>
    protected readonly Slot Slot = slot;

    /// <summary>The contract's methods, in the order of their numbers.</summary>
    public abstract IReadOnlyList<ContractMethod> ContractMethods { get; }

    /// <inheritdoc/>
    public override string ToString() => $"Proxy of component '{Slot.Component}'";
}

/// <summary>Names the generated proxy of a contract. Written by the source generator.</summary>
/// <param name="contract">The contract interface; open if it is generic.</param>
/// <param name="proxy">The proxy class, derived from <see cref="ContractProxy"/>, with a public constructor that takes a <see cref="Slot"/>; open if the contract is.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ContractProxyAttribute(Type contract, Type proxy) : Attribute
{
    /// <summary>The contract interface.</summary>
    public Type Contract { get; } = contract;

    /// <summary>The proxy class.</summary>
    public Type Proxy { get; } = proxy;
}
