namespace Theseus.Runtime;

/// <summary>A component's settings in a host: the section <c>Theseus:Components:NAME</c> of its configuration, then what code sets.</summary>
public sealed class ComponentOptions
{
    /// <summary>The identifier of the component's packages in the feeds. Default: the component's name; in a folder, any package that is of the component.</summary>
    public string? Package { get; set; }

    /// <summary>
    /// The versions that may be served, as a NuGet version range: <c>1.2.0</c> means at least 1.2.0, <c>[1.2.0]</c> that one
    /// alone. The first start takes the newest that fits; later starts the one that was confirmed last, while it fits.
    /// Default: any that is not a pre-release.
    /// </summary>
    public string? Version { get; set; }

    /// <summary>How its releases are loaded. Default: <see cref="LoadingMode.Probation"/>.</summary>
    public LoadingMode Loading { get; set; } = LoadingMode.Probation;

    /// <summary>What a swap does where its caller does not say otherwise.</summary>
    public SwapOptions Swap { get; set; } = new();

    /// <summary>Makes the shared state object, of the type that the component declares. Default: its constructor without parameters.</summary>
    public Func<IServiceProvider, object>? SharedState { get; set; }
}
