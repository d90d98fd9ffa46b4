namespace Theseus;

/// <summary>Declares what a node must have to spare for one generation of this component. Zero, the default, means no stated need.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ResourceNeedsAttribute : Attribute
{
    /// <summary>Memory, in mebibytes.</summary>
    public int MemoryMebibytes { get; set; }

    /// <summary>Processor time, in thousandths of one core.</summary>
    public int Millicores { get; set; }
}
