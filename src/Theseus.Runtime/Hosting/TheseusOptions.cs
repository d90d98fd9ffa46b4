namespace Theseus.Runtime;

/// <summary>
/// A host's settings: the section <c>Theseus</c> of its configuration. Validated when the host starts; a key that does not
/// exist fails it. Not thread-safe: to be set while the host is built; a running host reads it from many threads.
/// </summary>
public sealed class TheseusOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Theseus";

    /// <summary>
    /// The folder in which the host keeps releases and remembers what it has confirmed. One host uses it at a time.
    /// Relative to the content root. The host makes it such that its user alone can look into it, also where it was there
    /// with wider permissions; where that cannot be done, the host does not start. Default: <c>.theseus</c>.
    /// </summary>
    public string DataFolder { get; set; } = ".theseus";

    /// <summary>
    /// Where releases come from: folders (relative to the content root) and NuGet v3 service indexes (<c>https://…/index.json</c>).
    /// Asked in this order. Default: the folder <c>releases</c>, when nothing is configured.
    /// </summary>
    public IList<string> Feeds { get; } = [];

    /// <summary>Whether operators on this machine, under the same user, may steer the host with the <c>theseus</c> command. Default: yes.</summary>
    public bool OperatorEndpoint { get; set; } = true;

    /// <summary>Whether a host whose component cannot be loaded fails to start. Otherwise it starts, and calls to that component fail until it is swapped to a release that can be loaded. Default: yes.</summary>
    public bool FailFast { get; set; } = true;

    /// <summary>
    /// Whether the host looks for the cause by itself when an old generation has not gone by its deadline: by a walk over
    /// its heap, in a process of its own, which suspends the host meanwhile (about a second for a gigabyte of small
    /// objects). On Linux only. Default: no; an operator can ask for it with <c>theseus why --walk-heap</c>.
    /// </summary>
    public bool WalkHeapWhenStuck { get; set; }

    /// <summary>How long the host waits, when it stops, for calls to end, and as long again each for components to stop and for their background work to end. Default 30 s.</summary>
    public TimeSpan ShutdownDeadline { get; set; } = TimeSpan.FromSeconds(30);
}
