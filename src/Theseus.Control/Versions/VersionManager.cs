using NuGet.Versioning;
using Theseus.Control.Versions;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>
/// Knows which release may follow which, and how to get from one to another and back. Reads manifests only: no code of a
/// release is loaded. Thread-safe.
/// </summary>
/// <param name="releases">Where releases are looked for.</param>
public sealed class VersionManager(IReleaseProvider releases)
{
    /// <summary>Judges one step by what the releases declare: contract, declared path, state.</summary>
    /// <param name="from">The release that serves; null for a first deployment.</param>
    /// <param name="to">The release to serve next.</param>
    /// <param name="contract">The contract that hosts call. Without a version, ranges are not looked at.</param>
    /// <param name="options">What is allowed; the defaults if null.</param>
    public static VersionStep Judge(ReleaseTraits? from, ReleaseTraits to, ComponentContract contract, VersionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(contract);
        return StepJudge.Judge(from, to, contract, options ?? VersionOptions.Default);
    }

    /// <summary>
    /// Finds the shortest way, up or down, of steps that are each declared safe; among equally short ones that whose
    /// intermediates are the newest, compared from the first one on. Deterministic.
    /// </summary>
    /// <param name="known">The releases that may be gone through, in any order; only those between the two count.</param>
    /// <param name="from">The release that serves.</param>
    /// <param name="to">The release to get to.</param>
    /// <param name="contract">The contract that hosts call.</param>
    /// <param name="options">What is allowed; the defaults if null.</param>
    public static PathResult FindPath(IEnumerable<ReleaseTraits> known, ReleaseTraits from, ReleaseTraits to, ComponentContract contract, VersionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(contract);
        return from.Version == to.Version
            ? new(new(from.Version, to.Version, []), [], [])
            : new PathFinder(known, from, to, contract, options ?? VersionOptions.Default).Find();
    }

    /// <summary>What kind of change lies between two versions.</summary>
    /// <param name="from">The version before.</param>
    /// <param name="to">The version after.</param>
    public static VersionChange Classify(NuGetVersion from, NuGetVersion to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from == to)
            return VersionChange.None;
        if (to < from)
            return VersionChange.Downgrade;
        return (to.Major - from.Major, to.Minor - from.Minor, to.Patch - from.Patch, to.Revision - from.Revision) switch
        {
            ( > 0, _, _, _) => VersionChange.Major,
            (_, > 0, _, _) => VersionChange.Minor,
            (0, 0, 0, 0) => VersionChange.Prerelease,
            _ => VersionChange.Patch,
        };
    }

    /// <summary>The newest release of a component that may be chosen; null if there is none.</summary>
    /// <param name="component">The component.</param>
    /// <param name="range">The range; null for any version.</param>
    /// <param name="options">Whether prereleases may be chosen, and which versions may; the defaults if null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<OfferedRelease?> FindNewestAsync(ComponentDescriptor component, VersionRange? range, VersionOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        options ??= VersionOptions.Default;
        var listing = await releases.ListAsync(component.Name, component.PackageId, cancellationToken).ConfigureAwait(false);
        return listing.Releases
            .Where(one => ReleaseSelection.IsEligible(one.Version, range, options.IncludePrerelease) && options.Leaves(one.Version))
            .MaxBy(one => one.Version);
    }

    /// <summary>
    /// Finds the way from the version that serves to another. Only where the direct step is not declared safe are the
    /// releases in between read.
    /// </summary>
    /// <param name="component">The component; without a version, the first deployment is judged.</param>
    /// <param name="target">The version to get to.</param>
    /// <param name="options">What is allowed; the defaults if null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PathResult> FindPathAsync(ComponentDescriptor component, NuGetVersion target, VersionOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(target);
        if (component.CurrentVersion is not { } serving)
        {
            var first = await releases.ReadAsync(component.Name, component.PackageId, target, cancellationToken).ConfigureAwait(false);
            if (first.Manifest is not { } manifest)
                return new(null, [], first.Problems);
            var step = Judge(null, ReleaseTraits.Of(manifest), component.Contract, options);
            return step.IsAllowed ? new(new(null, target, [step]), [], []) : new(null, [step], []);
        }

        return await FindAsync(component, serving, target, options ?? VersionOptions.Default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the way from a version back to the one that serves now, as it will be once that version serves.</summary>
    /// <param name="component">The component, with the version that serves.</param>
    /// <param name="target">The version that an upgrade is to lead to.</param>
    /// <param name="options">What is allowed; the defaults if null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">No version serves: there is nothing to go back to.</exception>
    public Task<PathResult> FindWayBackAsync(ComponentDescriptor component, NuGetVersion target, VersionOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(target);
        return component.CurrentVersion is { } serving
            ? FindAsync(component, target, serving, options ?? VersionOptions.Default, cancellationToken)
            : throw new ArgumentException($"No version of '{component.Name}' serves: there is nothing to go back to.", nameof(component));
    }

    private async Task<PathResult> FindAsync(ComponentDescriptor component, NuGetVersion from, NuGetVersion to, VersionOptions options, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var (start, end) = (await TraitsAsync(from).ConfigureAwait(false), await TraitsAsync(to).ConfigureAwait(false));
        if (start is null || end is null)
            return new(null, [], problems);
        var direct = FindPath([], start, end, component.Contract, options);
        if (direct.Path is not null)
            return direct with { Problems = problems };
        var listing = await releases.ListAsync(component.Name, component.PackageId, cancellationToken).ConfigureAwait(false);
        problems.AddRange(listing.Problems);
        var known = new List<ReleaseTraits>();
        foreach (var offer in listing.Releases.Where(one => one.Version != from && one.Version != to && one.Version > from == one.Version < to && PathFinder.MayBeGoneThrough(one.Version, options)))
        {
            if (await TraitsAsync(offer.Version).ConfigureAwait(false) is { } traits)
                known.Add(traits);
        }

        return FindPath(known, start, end, component.Contract, options) with { Problems = [.. problems.Distinct()] };

        async ValueTask<ReleaseTraits?> TraitsAsync(NuGetVersion version)
        {
            var read = await releases.ReadAsync(component.Name, component.PackageId, version, cancellationToken).ConfigureAwait(false);
            if (read.Manifest is { } manifest)
                return ReleaseTraits.Of(manifest);
            // Feeds drop old releases; of the one that serves the registry knows enough.
            if (version == component.CurrentVersion)
                return ReleaseTraits.OfServing(component);
            problems.AddRange(read.Problems);
            return null;
        }
    }
}
