namespace Theseus.Runtime;

/// <summary>A trial that is going on, as seen at one moment. Immutable.</summary>
/// <param name="Version">The version of the release on trial.</param>
/// <param name="Digest">The release's digest.</param>
/// <param name="Share">Its share of the calls, from 0 to 1.</param>
/// <param name="ShadowFraction">The share of calls that are copied to it, from 0 to 1.</param>
/// <param name="Observation">What was seen so far.</param>
public sealed record TrialStatus(string Version, string Digest, double Share, double ShadowFraction, TrialObservation Observation)
{
    /// <summary>The settings that it is run with, as in <see cref="ReleaseRef.Settings"/>; null for none.</summary>
    public string? Settings { get; init; }
}
