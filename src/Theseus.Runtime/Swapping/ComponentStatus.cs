namespace Theseus.Runtime;

/// <summary>A component in this host, as seen at one moment. Immutable.</summary>
/// <param name="Component">Its name.</param>
/// <param name="Contract">The contract's full name.</param>
/// <param name="ServingVersion">The version that serves; null before the host has started and after it has stopped.</param>
/// <param name="StagedVersion">The version that is ready beside it; null for none.</param>
/// <param name="Activity">What is going on, in words; empty for nothing.</param>
/// <param name="Generations">Its generations that are not gone, and the newest of those that are.</param>
public sealed record ComponentStatus(
    string Component,
    string Contract,
    string? ServingVersion,
    string? StagedVersion,
    string Activity,
    IReadOnlyList<GenerationInfo> Generations)
{
    /// <summary>The simple name of the assembly that declares the contract.</summary>
    public string ContractAssembly { get; init; } = "";

    /// <summary>That assembly's version, like <c>1.2.0</c>.</summary>
    public string ContractVersion { get; init; } = "";

    /// <summary>The digest of the release that is ready beside the one that serves; null for none.</summary>
    public string? StagedDigest { get; init; }

    /// <summary>The settings that it is run with, as in <see cref="ReleaseRef.Settings"/>; null for none.</summary>
    public string? StagedSettings { get; init; }

    /// <summary>The trial that is going on; null for none.</summary>
    public TrialStatus? Trial { get; init; }
}
