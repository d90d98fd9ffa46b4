using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>
/// Chooses among versions. A prerelease is chosen only where it is asked for: by <c>includePrerelease</c>, or by a
/// range that begins at a prerelease, of which those count that are of the range's own first version. A prerelease of
/// an excluded upper bound is outside of the range: <c>[1.0.0, 2.0.0)</c> does not hold <c>2.0.0-beta</c>.
/// </summary>
public static class ReleaseSelection
{
    /// <summary>Whether a version may be chosen.</summary>
    /// <param name="version">The version.</param>
    /// <param name="range">The range; null for any version.</param>
    /// <param name="includePrerelease">Whether prereleases may be chosen.</param>
    public static bool IsEligible(NuGetVersion version, VersionRange? range, bool includePrerelease = false)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (range is not null && (!range.Satisfies(version) || IsPrereleaseOfExcludedEnd(version, range)))
            return false;
        return !version.IsPrerelease || includePrerelease
            || range?.MinVersion is { IsPrerelease: true } least && HasSameCore(version, least);
    }

    /// <summary>The newest version that may be chosen; null if there is none.</summary>
    /// <param name="versions">The versions.</param>
    /// <param name="range">The range; null for any version.</param>
    /// <param name="includePrerelease">Whether prereleases may be chosen.</param>
    public static NuGetVersion? Newest(IEnumerable<NuGetVersion> versions, VersionRange? range, bool includePrerelease = false)
    {
        ArgumentNullException.ThrowIfNull(versions);
        return versions.Where(v => IsEligible(v, range, includePrerelease)).Max();
    }

    /// <summary>The newest release that may be chosen; null if there is none.</summary>
    /// <param name="releases">The releases.</param>
    /// <param name="range">The range; null for any version.</param>
    /// <param name="includePrerelease">Whether prereleases may be chosen.</param>
    public static FeedRelease? Newest(IEnumerable<FeedRelease> releases, VersionRange? range, bool includePrerelease = false)
    {
        ArgumentNullException.ThrowIfNull(releases);
        return releases.Where(r => IsEligible(r.Version, range, includePrerelease)).MaxBy(r => r.Version);
    }

    private static bool IsPrereleaseOfExcludedEnd(NuGetVersion version, VersionRange range) =>
        version.IsPrerelease && range is { IsMaxInclusive: false, MaxVersion: { IsPrerelease: false } end } && HasSameCore(version, end);

    private static bool HasSameCore(NuGetVersion one, NuGetVersion other) => one.Version == other.Version;
}
