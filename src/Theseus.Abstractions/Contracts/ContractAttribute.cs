namespace Theseus;

/// <summary>
/// Marks an interface as a contract: the way a host calls a component. The source generator makes its proxy in the
/// assembly that declares it, and that assembly is shared by host and component.
/// </summary>
/// <remarks>A contract's version is the version of its assembly.</remarks>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class ContractAttribute : Attribute;
