namespace Theseus.Runtime;

/// <summary>
/// A component's settings in a host: the section <c>Theseus:Components:NAME</c> of its configuration, then what code sets.
/// A key in that section that does not exist fails the host's start; what stands in <c>Settings</c> is the component's own.
/// Not thread-safe: to be set while the host is built; a running host reads it from many threads.
/// </summary>
public sealed class ComponentOptions
{
    /// <summary>The identifier of the component's packages in the feeds. Default: the component's name; in a folder, any package that is of the component.</summary>
    public string? Package { get; set; }

    /// <summary>
    /// The release to begin with, on a host that has not confirmed one yet: the newest in this NuGet version range.
    /// <c>1.2.0</c> means at least 1.2.0, <c>[1.2.0]</c> that one alone. Once a release has been confirmed, the host
    /// begins with that one. Default: the newest that is not a pre-release.
    /// </summary>
    public string? InitialVersion { get; set; }

    /// <summary>How its releases are loaded. Default: <see cref="LoadingMode.Probation"/>.</summary>
    public LoadingMode Loading { get; set; } = LoadingMode.Probation;

    /// <summary>What a swap does where its caller does not say otherwise. In configuration the section <c>Swap</c>: <c>Swap:Trial:Duration</c> for instance.</summary>
    public SwapOptions Swap { get; set; } = new();

    /// <summary>Makes the shared state object, of the type that the component declares. Default: its constructor without parameters.</summary>
    public Func<IServiceProvider, object>? SharedState { get; set; }
}
