using Theseus.Control.Components;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>Brings a registry up to date with what feeds hold and what nodes report. Thread-safe. Doing it twice changes nothing the second time.</summary>
/// <param name="registry">The registry.</param>
public sealed class ComponentDiscovery(ComponentRegistry registry)
{
    /// <summary>
    /// Looks through feeds. Components that are not known are registered with the contract of their newest release;
    /// those that are known get the upgrade paths of the releases, and what the release that serves says of itself.
    /// </summary>
    /// <remarks>
    /// Feeds that can be browsed (<see cref="IBrowsableFeed"/>) show components that nobody has named; others are asked
    /// for those that are registered. A component that was retired is not brought back by a feed.
    /// </remarks>
    /// <param name="releases">The feeds.</param>
    /// <param name="cancellationToken">Gives up; what was saved until then stays.</param>
    public async Task<DiscoveryReport> FromFeedsAsync(IReleaseProvider releases, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(releases);
        var notes = new DiscoveryNotes();
        var all = await releases.BrowseAsync(cancellationToken).ConfigureAwait(false);
        notes.Problems.AddRange(all.Problems);
        var found = all.Releases.GroupBy(one => one.Component, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.ToList(), StringComparer.Ordinal);
        foreach (var component in registry.Components.Where(one => !found.ContainsKey(one.Name)))
        {
            var listing = await releases.ListAsync(component.Name, component.PackageId, cancellationToken).ConfigureAwait(false);
            notes.Problems.AddRange(listing.Problems.Except(notes.Problems));
            if (listing.Releases.Count > 0)
                found[component.Name] = [.. listing.Releases];
        }

        foreach (var (name, offers) in found.Where(one => !registry.IsRetired(one.Key)).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var manifests = await ReadAsync(releases, offers, notes, cancellationToken).ConfigureAwait(false);
            if (manifests.Count > 0)
                await TakeAsync(name, offers[0].PackageId, manifests, notes, cancellationToken).ConfigureAwait(false);
        }

        return notes.ToReport();
    }

    /// <summary>
    /// Takes in what nodes report. Components that are not known are registered. One version on all reporting nodes
    /// makes a component <see cref="ComponentLifecycle.Active"/> with it, several make it
    /// <see cref="ComponentLifecycle.Degraded"/>. Left alone is a component that an upgrade or a rollback is moving, one
    /// that has failed, and one of which no node reports. A retired one that still runs somewhere is registered again.
    /// </summary>
    /// <param name="reports">What the nodes say, at most once per node and component.</param>
    /// <param name="cancellationToken">Gives up; what was saved until then stays.</param>
    public async Task<DiscoveryReport> FromNodesAsync(IEnumerable<NodeInventory> reports, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var notes = new DiscoveryNotes();
        foreach (var same in reports.GroupBy(one => one.Component, StringComparer.Ordinal).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var nodes = same.OrderBy(one => one.Node, StringComparer.Ordinal).ToList();
            var contract = NodeReports.ContractOf(nodes, notes.Problems);
            if (registry.Find(same.Key) is null
                && !notes.Add(await registry.RegisterAsync(new() { Name = same.Key, Contract = contract }, $"Node {nodes[0].Node} reports it.", cancellationToken).ConfigureAwait(false)))
                continue;
            notes.Add(await registry.UpdateAsync(same.Key, present => NodeReports.WithContract(present, contract, notes.Problems), cancellationToken).ConfigureAwait(false));
            if (registry.Find(same.Key) is { } known && NodeReports.MoveOf(known, nodes) is { } move)
                notes.Add(await registry.MoveAsync(same.Key, move, cancellationToken).ConfigureAwait(false));
        }

        return notes.ToReport();
    }

    private async Task TakeAsync(string name, string packageId, List<ReleaseManifest> manifests, DiscoveryNotes notes, CancellationToken cancellationToken)
    {
        var newest = manifests[^1];
        if (registry.Find(name) is null)
        {
            // The version of the contract that hosts have is for nodes to say: the release only tells what it was built against.
            var contract = new ComponentContract(newest.Contract.Type, newest.Contract.Assembly, Version: null);
            var registered = await registry.RegisterAsync(new() { Name = name, PackageId = packageId, Contract = contract }, $"A feed has {newest.Version.ToNormalizedString()} of it.", cancellationToken).ConfigureAwait(false);
            if (!notes.Add(registered))
                return;
        }

        IReadOnlyList<UpgradePath> paths = [.. manifests.Select(one => new UpgradePath(one.Version, one.UpgradesFrom))];
        notes.Add(await registry.UpdateAsync(name, present => WithReleases(present, paths, manifests), cancellationToken).ConfigureAwait(false));
    }

    private static ComponentDescriptor WithReleases(ComponentDescriptor present, IReadOnlyList<UpgradePath> paths, List<ReleaseManifest> manifests)
    {
        var next = present.UpgradePaths.SequenceEqual(paths) ? present : present with { UpgradePaths = paths };
        var serving = manifests.Find(one => one.Version == present.CurrentVersion);
        return serving is null || NodeReports.SaysTheSame(present, serving) ? next : next.Running(serving);
    }

    private static async Task<List<ReleaseManifest>> ReadAsync(IReleaseProvider releases, List<OfferedRelease> offers, DiscoveryNotes notes, CancellationToken cancellationToken)
    {
        var manifests = new List<ReleaseManifest>();
        foreach (var offer in offers.OrderBy(one => one.Version))
        {
            var read = await releases.ReadAsync(offer.Component, offer.PackageId, offer.Version, cancellationToken).ConfigureAwait(false);
            if (read.Manifest is { } manifest)
                manifests.Add(manifest);
            else
                notes.Problems.AddRange(read.Problems.Except(notes.Problems));
        }

        return manifests;
    }
}

/// <summary>What a discovery changed. Immutable.</summary>
/// <param name="Changed">The components that were registered or changed, as they are now, by name.</param>
/// <param name="Problems">What could not be used, in words; it hides nothing else.</param>
public sealed record DiscoveryReport(IReadOnlyList<ComponentDescriptor> Changed, IReadOnlyList<string> Problems);
