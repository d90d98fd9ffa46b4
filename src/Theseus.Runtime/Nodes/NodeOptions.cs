namespace Theseus.Runtime;

/// <summary>
/// How a host takes part in a fleet: the section <c>Theseus:Node</c> of its configuration, then what code sets. Validated when
/// the host starts. Not thread-safe: to be set while the host is built.
/// </summary>
public sealed class NodeOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = $"{TheseusOptions.Section}:Node";

    /// <summary>The node's name, unique in its fleet. Default: the machine's name.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>Where it stands: nodes of one failure domain may fail together, and are upgraded apart from others. Default: empty, for not told.</summary>
    public string FailureDomain { get; set; } = "";

    /// <summary>What it is, for choosing it. Default: none.</summary>
    public Dictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);

    /// <summary>The memory that components may use, in bytes. Default: what the process may have in all.</summary>
    public long MemoryBytes { get; set; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The time between two reports when nothing happens; above zero. Default: 2 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);
}
