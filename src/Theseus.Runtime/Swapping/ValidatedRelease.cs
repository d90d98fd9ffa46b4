using Theseus.Packaging;

namespace Theseus.Runtime.Swapping;

/// <summary>A release that was found and verified as a swap's first step.</summary>
/// <param name="Release">The release.</param>
/// <param name="Settings">The settings that it is to be run with; null for none.</param>
/// <param name="Took">The step.</param>
internal sealed record ValidatedRelease(VerifiedRelease Release, string? Settings, StepTiming Took)
{
    public ReleaseRef Ref { get; } = new(Release.Manifest.Version.ToNormalizedString(), Release.Digest) { Settings = Settings };
}
