using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Runtime.Hosting;

/// <summary>A release, or why there is none.</summary>
internal readonly record struct FoundRelease(VerifiedRelease? Release, SwapReason Reason, string Problem);

/// <summary>Finds releases: in the host's own store first, then in its feeds, in their order. What a feed gives is verified on its way into the store. Thread-safe.</summary>
internal sealed class ReleaseCatalog(ReleaseStore store, IReadOnlyList<IReleaseFeed> feeds) : IDisposable
{
    /// <summary>Opens the store and the feeds of a host.</summary>
    public static ReleaseCatalog Open(string storeFolder, IEnumerable<string> feeds, string root, TimeProvider time)
    {
        string[] named = [.. feeds];
        return new ReleaseCatalog(
            new ReleaseStore(storeFolder),
            [.. (named.Length == 0 ? ["releases"] : named).Select(feed => OpenFeed(feed, root, time))]);
    }

    /// <summary>A release that lies in the host's own store.</summary>
    public async Task<FoundRelease> GetStoredAsync(string component, string digest, CancellationToken cancellationToken)
    {
        var stored = await store.TryGetAsync(component, digest, cancellationToken).ConfigureAwait(false);
        return stored.Release is { } release
            ? new(release, SwapReason.None, "")
            : new(null, SwapReason.ReleaseRefused, stored.IsAbsent ? "It is not in the host's store any more." : Words(stored.Faults));
    }

    /// <summary>One version of a component.</summary>
    /// <param name="component">The component.</param>
    /// <param name="package">The identifier of its packages.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<FoundRelease> FindAsync(string component, string package, NuGetVersion version, CancellationToken cancellationToken)
    {
        var damaged = new List<string>();
        foreach (var candidate in store.List().Where(one => one.Component == component && one.Version == version))
        {
            var stored = await GetStoredAsync(component, candidate.Digest, cancellationToken).ConfigureAwait(false);
            if (stored.Release is not null)
            {
                return stored;
            }

            damaged.Add(stored.Problem);
        }

        // One that was damaged since is not a reason to give up: a feed may still have it whole. If none has, whoever
        // asked is told of both.
        var fetched = await FindInFeedsAsync(component, package, version, digest: null, cancellationToken).ConfigureAwait(false);
        return fetched.Release is not null || damaged.Count == 0
            ? fetched
            : new(null, SwapReason.ReleaseRefused, $"What the host's store has of it cannot be used: {string.Join(" ", damaged)} {fetched.Problem}");
    }

    /// <summary>One version of a component, from the feeds.</summary>
    /// <param name="component">The component.</param>
    /// <param name="package">The identifier of its packages.</param>
    /// <param name="version">The version.</param>
    /// <param name="digest">The digest that it has to have; null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<FoundRelease> FindInFeedsAsync(string component, string package, NuGetVersion version, string? digest, CancellationToken cancellationToken)
    {
        var asked = await AskAsync(component, package, cancellationToken).ConfigureAwait(false);
        var offered = asked.Offers.Where(offer => offer.Release.Version == version).ToList();
        return offered.Count > 0
            ? await FetchAsync(offered, digest, cancellationToken).ConfigureAwait(false)
            : new(null, SwapReason.ReleaseNotFound, $"No feed has '{component}' {version.ToNormalizedString()}. {asked.Describe()}");
    }

    /// <summary>The newest version of a component that may be chosen.</summary>
    /// <param name="component">The component.</param>
    /// <param name="package">The identifier of its packages.</param>
    /// <param name="range">The range; null for any version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<FoundRelease> FindNewestAsync(string component, string package, VersionRange? range, CancellationToken cancellationToken)
    {
        var asked = await AskAsync(component, package, cancellationToken).ConfigureAwait(false);
        var newest = ReleaseSelection.Newest(asked.Offers.Select(offer => offer.Release), range);
        return newest is not null
            ? await FetchAsync(asked.Offers.Where(offer => offer.Release.Version == newest.Version), digest: null, cancellationToken).ConfigureAwait(false)
            : new(null, SwapReason.ReleaseNotFound, $"No feed has a release of '{component}'{(range is null ? "" : $" in {range}")}. {asked.Describe()}");
    }

    public void Dispose()
    {
        foreach (var feed in feeds)
        {
            (feed as IDisposable)?.Dispose();
        }
    }

    private async Task<Answers> AskAsync(string component, string package, CancellationToken cancellationToken)
    {
        var answers = new Answers([.. feeds.Select(feed => feed.Name)], [], []);
        foreach (var feed in feeds)
        {
            try
            {
                var listing = await feed.ListAsync(component, package, cancellationToken).ConfigureAwait(false);
                answers.Offers.AddRange(listing.Releases.Select(release => (feed, release)));
                answers.Problems.AddRange(listing.Problems);
            }
            catch (FeedException failure)
            {
                // Another feed may have what is looked for; if none has, this is part of the answer.
                answers.Problems.Add(failure.Message);
            }
        }

        return answers;
    }

    private async Task<FoundRelease> FetchAsync(IEnumerable<(IReleaseFeed Feed, FeedRelease Release)> offers, string? digest, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var (feed, release) in offers)
        {
            try
            {
                var package = await feed.OpenAsync(release, cancellationToken).ConfigureAwait(false);
                await using (package.ConfigureAwait(false))
                {
                    var added = await store.AddAsync(package, cancellationToken).ConfigureAwait(false);
                    if (added.Release is not { } verified)
                    {
                        problems.Add($"{release.Location}: {Words(added.Faults)}");
                    }
                    else if (verified.Manifest.Component != release.Component || verified.Manifest.Version != release.Version)
                    {
                        problems.Add($"{release.Location} was offered as {release.Component} {release.Version}, and is {verified}.");
                    }
                    else if (digest is not null && verified.Digest != digest)
                    {
                        // Another feed may have the one that is meant.
                        problems.Add($"{release.Location} has the digest {verified.Digest}, and {digest} was asked for: two packages claim to be one release. Remove the wrong one from the feeds.");
                    }
                    else
                    {
                        return new(verified, SwapReason.None, "");
                    }
                }
            }
            catch (Exception failure) when (failure is FeedException or IOException)
            {
                problems.Add(failure.Message);
            }
        }

        return new(null, SwapReason.ReleaseRefused, string.Join(" ", problems));
    }

    private static IReleaseFeed OpenFeed(string feed, string root, TimeProvider time) =>
        Uri.TryCreate(feed, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new NuGetFeed(address!, time)
            : new FolderFeed(Path.GetFullPath(feed, root));

    private static string Words(IEnumerable<PackageFault> faults) => string.Join(" ", faults.Select(fault => fault.ToString()));

    private sealed record Answers(IReadOnlyList<string> Feeds, List<(IReleaseFeed Feed, FeedRelease Release)> Offers, List<string> Problems)
    {
        public string Describe()
        {
            var versions = Offers.Select(offer => offer.Release.Version).Distinct().Order().Select(version => version.ToNormalizedString()).ToList();
            var has = versions.Count > 0 ? $"There are: {string.Join(", ", versions)}." : $"Looked in: {string.Join(", ", Feeds)}.";
            return Problems.Count > 0 ? $"{has} {string.Join(" ", Problems)}" : has;
        }
    }
}
