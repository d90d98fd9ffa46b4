namespace Theseus;

/// <summary>
/// Marks the parameter by which calls stick to one generation while traffic is split: calls with equal keys take the
/// same side. The parameter is a <see cref="string"/>, a <see cref="Guid"/>, an integer, or anything whose
/// <see cref="object.ToString"/> identifies it.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class RoutingKeyAttribute : Attribute;
