namespace Theseus;

/// <summary>
/// Declares that the component keeps its state in an object whose type is shared with the host. The same object is
/// passed from generation to generation as it is; the component takes it as a constructor parameter.
/// </summary>
/// <param name="stateType">A class of the contract's assembly, or of another that the host shares.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SharedStateAttribute(Type stateType) : Attribute
{
    /// <summary>The state object's type.</summary>
    public Type StateType { get; } = stateType;
}
