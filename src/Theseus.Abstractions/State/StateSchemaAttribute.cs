namespace Theseus;

/// <summary>Declares the schema version of the state that a component exports and imports. Required with <see cref="ITransferableState"/>.</summary>
/// <param name="version">The schema's version; 1 or greater.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StateSchemaAttribute(int version) : Attribute
{
    /// <summary>The schema's version.</summary>
    public int Version { get; } = version;
}
