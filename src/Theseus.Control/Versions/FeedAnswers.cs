using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control.Versions;

/// <summary>What several feeds answered to one question.</summary>
internal sealed class FeedAnswers
{
    private readonly List<(IReleaseFeed Feed, FeedRelease Release)> _offers = [];
    private readonly List<string> _problems = [];

    public bool AllAnswered { get; private set; } = true;

    public void Add(IReleaseFeed feed, FeedListing listing)
    {
        _offers.AddRange(listing.Releases.Select(release => (feed, release)));
        _problems.AddRange(listing.Problems);
    }

    public void AddFailure(string problem)
    {
        AllAnswered = false;
        _problems.Add(problem);
    }

    public IEnumerable<(IReleaseFeed Feed, FeedRelease Release)> Of(NuGetVersion version) => _offers.Where(offer => offer.Release.Version == version);

    public ReleaseListing ToListing() => new(
        [.. _offers.GroupBy(offer => (offer.Release.Component, offer.Release.Version)).OrderBy(same => same.Key.Component, StringComparer.Ordinal).ThenBy(same => same.Key.Version)
            .Select(same => new OfferedRelease(same.Key.Component, same.First().Release.PackageId, same.Key.Version, AgeOf(same.Select(offer => offer.Release.Published))))],
        _problems);

    /// <summary>Why a version could not be had; never empty.</summary>
    public IReadOnlyList<string> WhyNot(string component, NuGetVersion version, IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
            return problems;
        var present = _offers.Where(offer => offer.Release.Component == component).Select(offer => offer.Release.Version).Distinct().Order().Select(one => one.ToNormalizedString()).ToList();
        var has = present.Count > 0 ? $"There are {string.Join(", ", present)}." : "There are no releases of it.";
        return [$"No feed has '{component}' {version.ToNormalizedString()}. {has}", .. _problems];
    }

    private static DateTimeOffset? AgeOf(IEnumerable<DateTimeOffset?> published) => published.Aggregate((one, other) => one is null || other is null ? null : one > other ? one : other);
}
