using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>
/// What a release says of itself: the file <c>theseus.json</c> at the root of its package. Immutable.
/// </summary>
public sealed record ReleaseManifest
{
    /// <summary>The manifest's name inside a package.</summary>
    public const string FileName = "theseus.json";

    /// <summary>The newest form of the manifest that this version reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The form of the manifest: 1.</summary>
    public required int Format { get; init; }

    /// <summary>The component's name.</summary>
    public required string Component { get; init; }

    /// <summary>The release's version: the package's.</summary>
    public required NuGetVersion Version { get; init; }

    /// <summary>The framework it was built for, in its short form: <c>net10.0</c>.</summary>
    public required string TargetFramework { get; init; }

    /// <summary>The contract it implements.</summary>
    public required ContractReference Contract { get; init; }

    /// <summary>The class to construct.</summary>
    public required EntryPoint Entry { get; init; }

    /// <summary>How it keeps state.</summary>
    public required StateDeclaration State { get; init; }

    /// <summary>The releases from which a direct upgrade to this one is declared safe; null for all.</summary>
    public VersionRange? UpgradesFrom { get; init; }

    /// <summary>The components it calls.</summary>
    public required IReadOnlyList<ComponentDependency> Dependencies { get; init; }

    /// <summary>What a node must have to spare for it.</summary>
    public required ResourceNeeds Resources { get; init; }

    /// <summary>The assemblies that it does not contain because it shares them with the host: the contract's, and what that refers to.</summary>
    public required IReadOnlyList<SharedAssembly> SharedAssemblies { get; init; }

    /// <summary>Every file of the package but the manifest itself.</summary>
    public required IReadOnlyList<ReleaseFile> Files { get; init; }
}

/// <summary>The contract that a release implements.</summary>
/// <param name="Type">The interface's full name.</param>
/// <param name="Assembly">The simple name of the assembly that declares it.</param>
/// <param name="Version">The version of that assembly that it was built against.</param>
/// <param name="Range">The versions of that assembly that it works with.</param>
public sealed record ContractReference(string Type, string Assembly, NuGetVersion Version, VersionRange Range);

/// <summary>The class to construct.</summary>
/// <param name="Assembly">The path of its assembly inside the package, with '/': <c>lib/net10.0/Markdown.dll</c>.</param>
/// <param name="Type">The class's full name.</param>
public sealed record EntryPoint(string Assembly, string Type);

/// <summary>How state goes from generation to generation.</summary>
public enum StateKind
{
    /// <summary>There is none to hand over.</summary>
    None,

    /// <summary>The state object's type is the host's, and the object is passed on as it is.</summary>
    Shared,

    /// <summary>Exported, migrated, imported, under a short quiesce.</summary>
    Transferred,

    /// <summary>Copied while calls go on, then the changes since, then a short quiesce.</summary>
    CaughtUp,
}

/// <summary>What follows from a <see cref="StateKind"/>.</summary>
public static class StateKinds
{
    /// <summary>Whether the state leaves one generation for the other, so that only one of them can be called at a time.</summary>
    /// <param name="kind">The kind.</param>
    public static bool Moves(this StateKind kind) => kind is StateKind.Transferred or StateKind.CaughtUp;
}

/// <summary>How a release keeps state.</summary>
/// <param name="Kind">How it is handed over.</param>
/// <param name="Schema">The schema version of exported state; 0 where nothing is exported.</param>
/// <param name="SharedType">The shared state object's assembly-qualified type name; null unless <paramref name="Kind"/> is <see cref="StateKind.Shared"/>.</param>
/// <param name="Migrations">The migrations it carries.</param>
public sealed record StateDeclaration(StateKind Kind, int Schema, string? SharedType, IReadOnlyList<MigrationDeclaration> Migrations)
{
    /// <summary>No state.</summary>
    public static StateDeclaration None { get; } = new(StateKind.None, 0, null, []);
}

/// <summary>One migration that a release carries.</summary>
/// <param name="From">The schema version it starts from.</param>
/// <param name="To">The schema version it leads to.</param>
/// <param name="IsReversible">Whether it can be undone.</param>
/// <param name="MigratesChanges">Whether it can also migrate noted changes.</param>
/// <param name="Type">The full name of its class, in the entry's assembly.</param>
public sealed record MigrationDeclaration(int From, int To, bool IsReversible, bool MigratesChanges, string Type);

/// <summary>A component that a release calls.</summary>
/// <param name="Component">Its name.</param>
/// <param name="Range">The releases that it works with.</param>
public sealed record ComponentDependency(string Component, VersionRange Range);

/// <summary>What a node must have to spare. Zero means no stated need.</summary>
/// <param name="MemoryMebibytes">Memory, in mebibytes.</param>
/// <param name="Millicores">Processor time, in thousandths of one core.</param>
public sealed record ResourceNeeds(int MemoryMebibytes, int Millicores);

/// <summary>An assembly shared with the host.</summary>
/// <param name="Name">Its simple name.</param>
/// <param name="Version">The version that the release was built against.</param>
public sealed record SharedAssembly(string Name, Version Version);

/// <summary>A file of a package.</summary>
/// <param name="Path">Its path inside the package, with '/'.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256 digest, as 64 lower-case hexadecimal digits.</param>
public sealed record ReleaseFile(string Path, long Size, string Sha256);
