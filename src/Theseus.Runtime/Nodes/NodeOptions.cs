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

    /// <summary>How many distributed tasks it carries out at once; 0 for none at all. Only counts with handlers. Default: 32.</summary>
    public int TaskSlots { get; set; } = 32;

    /// <summary>
    /// One in how many calls of its components is timed while the node is in the fleet, from 1 to 10,000; 0 for none, and for
    /// counting none either, so that a new release is judged by its trial alone. All calls during a trial are timed. Default: 8.
    /// </summary>
    public int TimeOneIn { get; set; } = 8;

    /// <summary>The time between two reports when nothing happens; above zero. Default: 2 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);
}
