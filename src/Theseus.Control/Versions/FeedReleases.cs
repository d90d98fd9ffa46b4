using System.Collections.Concurrent;
using NuGet.Versioning;
using Theseus.Control.Versions;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>
/// Releases from feeds, verified on their way into a store. Feeds are asked in their order, and the first that has a
/// release intact gives it. Thread-safe.
/// </summary>
/// <param name="feeds">The feeds; not disposed.</param>
/// <param name="store">Where opened releases are laid out.</param>
/// <param name="limits">How large packages may be; <see cref="PackageLimits.Default"/> if null.</param>
public sealed class FeedReleases(IReadOnlyList<IReleaseFeed> feeds, ReleaseStore store, PackageLimits? limits = null) : IReleaseProvider
{
    private readonly PackageLimits _limits = limits ?? PackageLimits.Default;

    // A release never changes; a file of that name in a folder may, and shows it by its time.
    private readonly ConcurrentDictionary<FeedRelease, ReleaseManifest> _manifests = new();

    /// <inheritdoc/>
    public async Task<ReleaseListing> BrowseAsync(CancellationToken cancellationToken) =>
        (await AskAsync(feeds.OfType<IBrowsableFeed>(), static (feed, token) => ((IBrowsableFeed)feed).ListAllAsync(token), cancellationToken).ConfigureAwait(false)).ToListing();

    /// <inheritdoc/>
    public async Task<ReleaseListing> ListAsync(string component, string packageId, CancellationToken cancellationToken) =>
        (await AskAsync(component, packageId, cancellationToken).ConfigureAwait(false)).ToListing();

    /// <inheritdoc/>
    public async Task<ManifestLookup> ReadAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken)
    {
        var answers = await AskAsync(component, packageId, cancellationToken).ConfigureAwait(false);
        var problems = new List<string>();
        foreach (var (feed, offer) in answers.Of(version))
        {
            if (_manifests.TryGetValue(offer, out var known))
                return new(known, []);
            var (manifest, problem) = await TryAsync(feed, offer, ReadAsync, cancellationToken).ConfigureAwait(false);
            if (manifest is not null)
                return new(_manifests.GetOrAdd(offer, manifest), problems);
            problems.Add(problem);
        }

        return new(null, answers.WhyNot(component, version, problems));
    }

    /// <inheritdoc/>
    public async Task<ReleaseLookup> OpenAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken)
    {
        var answers = await AskAsync(component, packageId, cancellationToken).ConfigureAwait(false);
        var published = answers.ToListing().Releases.FirstOrDefault(one => one.Version == version)?.Published;
        foreach (var candidate in store.List().Where(one => one.Component == component && one.Version == version))
        {
            if ((await store.TryGetAsync(component, candidate.Digest, cancellationToken).ConfigureAwait(false)).Release is { } kept)
                return new(ReleaseAvailability.Available, kept, published, []);
        }

        var problems = new List<string>();
        foreach (var (feed, offer) in answers.Of(version))
        {
            var (release, problem) = await TryAsync(feed, offer, AddAsync, cancellationToken).ConfigureAwait(false);
            if (release is not null)
                return new(ReleaseAvailability.Available, release, published, problems);
            problems.Add(problem);
        }

        var availability = problems.Count > 0 ? ReleaseAvailability.Refused
            : answers.AllAnswered ? ReleaseAvailability.NotFound : ReleaseAvailability.Unreachable;
        return new(availability, null, published, answers.WhyNot(component, version, problems));
    }

    private Task<FeedAnswers> AskAsync(string component, string packageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(packageId);
        return AskAsync(feeds, (feed, token) => feed.ListAsync(component, packageId, token), cancellationToken);
    }

    private static async Task<FeedAnswers> AskAsync(IEnumerable<IReleaseFeed> asked, Func<IReleaseFeed, CancellationToken, Task<FeedListing>> list, CancellationToken cancellationToken)
    {
        var answers = new FeedAnswers();
        foreach (var feed in asked)
        {
            try
            {
                answers.Add(feed, await list(feed, cancellationToken).ConfigureAwait(false));
            }
            catch (FeedException failure)
            {
                answers.AddFailure(failure.Message);
            }
        }

        return answers;
    }

    private static async Task<(T? Found, string Problem)> TryAsync<T>(IReleaseFeed feed, FeedRelease offer, Func<Stream, CancellationToken, ValueTask<(T? Found, ReleaseManifest? Manifest, IReadOnlyList<PackageFault> Faults)>> take, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var package = await feed.OpenAsync(offer, cancellationToken).ConfigureAwait(false);
            await using (package.ConfigureAwait(false))
            {
                var (found, manifest, faults) = await take(package, cancellationToken).ConfigureAwait(false);
                if (found is null || manifest is null)
                    return (null, $"{offer.Location}: {string.Join(" ", faults)}");
                return manifest.Component == offer.Component && manifest.Version == offer.Version
                    ? (found, "")
                    : (null, $"{offer.Location} was offered as {offer.Component} {offer.Version}, and is {manifest.Component} {manifest.Version}.");
            }
        }
        catch (Exception failure) when (failure is FeedException or IOException)
        {
            return (null, failure.Message);
        }
    }

    private async ValueTask<(ReleaseManifest?, ReleaseManifest?, IReadOnlyList<PackageFault>)> ReadAsync(Stream package, CancellationToken cancellationToken)
    {
        var read = await ReleasePackage.ReadAsync(package, _limits, cancellationToken).ConfigureAwait(false);
        return (read.Package?.Manifest, read.Package?.Manifest, read.Faults);
    }

    private async ValueTask<(VerifiedRelease?, ReleaseManifest?, IReadOnlyList<PackageFault>)> AddAsync(Stream package, CancellationToken cancellationToken)
    {
        var added = await store.AddAsync(package, cancellationToken).ConfigureAwait(false);
        return (added.Release, added.Release?.Manifest, added.Faults);
    }
}
