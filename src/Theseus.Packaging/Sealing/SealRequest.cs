namespace Theseus.Packaging;

/// <summary>What <see cref="ReleaseSealer"/> is to make a release of. Immutable.</summary>
public sealed record SealRequest
{
    /// <summary>The package as <c>dotnet pack</c> made it: with the component's assembly in <c>lib/FRAMEWORK/</c>.</summary>
    public required ReadOnlyMemory<byte> Package { get; init; }

    /// <summary>The simple name of the component's assembly.</summary>
    public required string AssemblyName { get; init; }

    /// <summary>Whether the project is built for a list of target frameworks, which is a fault if it has a component. Default: false.</summary>
    public bool IsMultiTargeted { get; init; }

    /// <summary>What the component needs at run time besides its own assembly; shared assemblies among them are left out of the release.</summary>
    public required IReadOnlyList<SealFile> Files { get; init; }

    /// <summary>Assemblies that the component was compiled against: looked into where <see cref="Files"/> lacks one, never packed.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> References { get; init; } = [];
}

/// <summary>A file that a component needs at run time. Immutable.</summary>
/// <param name="Place">Whether <paramref name="Path"/> begins at the folder of the component's assembly or at the package's root.</param>
/// <param name="Path">Its path there, with '/'.</param>
/// <param name="Content">Its content.</param>
public sealed record SealFile(SealPlace Place, string Path, ReadOnlyMemory<byte> Content);

/// <summary>Where a file goes.</summary>
public enum SealPlace
{
    /// <summary>The folder of the component's assembly: <c>lib/FRAMEWORK/</c>.</summary>
    Library,

    /// <summary>The package's root.</summary>
    Root,
}

/// <summary>What sealing gave: a release, or nothing because the assembly has no component, or every fault found. Immutable.</summary>
/// <param name="Release">The release; null if there is none.</param>
/// <param name="Faults">The faults. With neither release nor faults, the package is an ordinary one.</param>
public sealed record SealResult(BuiltRelease? Release, IReadOnlyList<SealFault> Faults)
{
    /// <summary>Whether the assembly has no component class: an ordinary package.</summary>
    public bool IsOrdinary => Release is null && Faults.Count == 0;
}
