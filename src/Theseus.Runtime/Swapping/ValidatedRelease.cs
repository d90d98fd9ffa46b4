using Theseus.Packaging;

namespace Theseus.Runtime.Swapping;

/// <summary>A release that was found and verified as a swap's first step.</summary>
/// <param name="Release">The release.</param>
/// <param name="Took">The step.</param>
internal sealed record ValidatedRelease(VerifiedRelease Release, StepTiming Took);
