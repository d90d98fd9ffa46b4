namespace Theseus;

/// <summary>
/// Makes an interface of another assembly a contract: the source generator writes its proxy into the assembly that
/// bears this attribute. For interfaces that one does not own; one's own are marked with <see cref="ContractAttribute"/>.
/// </summary>
/// <param name="contract">The interface; open if it is generic: <c>typeof(ICache&lt;&gt;)</c>.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class GenerateProxyAttribute(Type contract) : Attribute
{
    /// <summary>The interface.</summary>
    public Type Contract { get; } = contract;
}
