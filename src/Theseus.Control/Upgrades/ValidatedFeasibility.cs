using NuGet.Versioning;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>How upgrades are checked before they are planned.</summary>
public sealed class FeasibilityOptions
{
    /// <summary>Which findings stop an upgrade. Default: errors.</summary>
    public ValidationLevel Level { get; set; } = ValidationLevel.Normal;

    /// <summary>What owners allow for their components, by name; components that are not named have the default policy.</summary>
    public Dictionary<string, UpgradePolicy> Policies { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// What a node's host offers to releases, by the node's name; null for nodes of which it is not known. Null, the
    /// default: nodes that are in the control plane's own process have what that has, and of others it is not known.
    /// </summary>
    public Func<string, HostSurface?>? SurfaceOf { get; set; }
}

/// <summary>
/// Looks whether an upgrade is possible: the components and nodes there are, what is validated of each release, and the
/// order that dependencies ask for. Thread-safe.
/// </summary>
/// <param name="registry">The components.</param>
/// <param name="validator">The rules.</param>
/// <param name="store">The upgrades before, for what was rolled back.</param>
/// <param name="options">How strict it is.</param>
/// <param name="rollback">How often in a row upgrades may take themselves back.</param>
/// <param name="time">The clock.</param>
/// <param name="directory">Which nodes something may be begun on; null, the default, where that is not watched: all of them then.</param>
public sealed class ValidatedFeasibility(
    ComponentRegistry registry, UpgradeValidator validator, IUpgradeStore store, FeasibilityOptions options, RollbackOptions rollback, TimeProvider time, INodeDirectory? directory = null) : IFeasibility
{
    /// <inheritdoc/>
    public async Task<Feasibility> CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(nodes);
        var found = new Found();
        nodes = LeaveOut(request, nodes, found);
        Named(request, nodes, found.Problems);
        var candidates = new List<Candidate>();
        foreach (var target in InOrder(request.Targets))
        {
            if (await LookAsync(target, request, nodes, found, cancellationToken).ConfigureAwait(false) is { } candidate)
            {
                candidates.Add(candidate);
            }
        }

        var reports = await validator.ValidateTogetherAsync([.. candidates.Select(one => one.Context)], options.Level, cancellationToken).ConfigureAwait(false);
        foreach (var (candidate, report) in candidates.Zip(reports))
        {
            Take(candidate, report, request, found);
        }

        return found.ToFeasibility();
    }

    /// <summary>All that is to be known of a component before its release is validated; null when there is nothing to validate.</summary>
    private async Task<Candidate?> LookAsync(UpgradeTarget target, UpgradeRequest request, IReadOnlyList<NodeReport> nodes, Found found, CancellationToken cancellationToken)
    {
        if (registry.Find(target.Component) is not { } component)
        {
            found.Refusal = UpgradeRefusal.UnknownComponent;
            found.Problems.Add($"There is no component '{target.Component}'. {(registry.Components.Count > 0 ? $"There are: {string.Join(", ", registry.Components.Select(one => one.Name))}." : "There are none yet: no node has reported one.")}");
            return null;
        }

        var takenBack = request.RollsBack is { } id ? await store.FindAsync(id, cancellationToken).ConfigureAwait(false) : null;
        var having = Having(target.Component, request, takenBack, nodes, found.Problems);
        if (From(target.Component, having, found.Problems) is not { } from)
        {
            return null;
        }

        var history = await UpgradeHistory.ReadAsync(store, target.Component, cancellationToken).ConfigureAwait(false);
        if (!request.IsManual && history.InARow is var inARow && inARow >= rollback.MostInARow)
        {
            found.Problems.Add($"The last {inARow} upgrades of '{target.Component}' took themselves back, and {rollback.MostInARow} in a row are allowed before someone looks: find out why, and ask for the next one yourself.");
        }

        var settings = target.Settings is null ? from.Settings : ReleaseSettings.Write(target.Settings);
        var context = new UpgradeContext
        {
            Component = component with { CurrentVersion = NuGetVersion.Parse(from.Version) },
            Target = NuGetVersion.Parse(target.Version),
            Now = time.GetUtcNow(),
            Components = registry.Components,
            Nodes = [.. having.Select(node => FactsOf(node, target.Component))],
            Policy = options.Policies.GetValueOrDefault(target.Component) ?? new UpgradePolicy(),
            Rollbacks = history.Rollbacks,
            FailureAction = request.OnFailure == FailureAction.RollBack ? null : request.OnFailure,
            IsAutomatic = !request.IsManual,
            IsRollback = request.RollsBack is not null,
            KeptDigest = request.RollsBack is null ? null : target.Digest,
            RestoresState = request.Restoring.Contains(target.Component),
            ChangesSettings = settings != from.Settings,
        };
        return new Candidate(target, from, settings, having, context);
    }

    private static void Take(Candidate candidate, ValidationReport report, UpgradeRequest request, Found found)
    {
        var (name, component) = (candidate.Target.Component, candidate.Context.Component);
        var isKept = candidate.Context.KeptDigest is not null && report.Target.Release is null;
        if (!isKept)
        {
            found.Refusal = Graver(found.Refusal, report.Target.Availability);
        }

        // Of what nodes have kept, it stops nothing at any level that it could not be looked into again.
        IReadOnlyList<Finding> stopping = [.. report.Stopping.Where(finding => !isKept || finding.Severity == FindingSeverity.Error)];
        // What could not be checked because of another problem is no problem of its own, unless nothing else stops it.
        stopping = stopping.All(finding => finding.IsConsequence) ? stopping : [.. stopping.Where(finding => !finding.IsConsequence)];
        found.Problems.AddRange(stopping.Select(finding => finding.ToString()));
        found.Findings.AddRange(report.Findings.Where(finding => finding.Severity != FindingSeverity.Pass).Except(stopping).Select(finding => finding.ToString()));
        var release = report.Target.Release;
        if ((release?.Digest ?? candidate.Context.KeptDigest) is not { } digest)
        {
            return;
        }

        var to = new ReleaseId(candidate.Context.Target.ToNormalizedString(), digest) { Settings = candidate.Settings };
        if (release is not null)
        {
            SplitRule(request.Parameters, release.Manifest, component, found.Problems);
        }

        if (candidate.Target.Digest is { } asked && asked != digest)
        {
            found.Problems.Add($"'{name}' {to} has the digest {digest} in the feeds, and {asked} was asked for. Put the package that was meant back into a feed.");
        }

        var restores = candidate.Context.RestoresState ? request.RollsBack : null;
        if (restores is not null)
        {
            found.Irreversible.Add($"the state that '{name}' {candidate.From} had was given up for that from before the upgrade {restores}");
        }
        else if (report.IsIrreversible)
        {
            found.Irreversible.Add($"the state of '{name}' cannot be brought from {to} back to {candidate.From}: {string.Join(" ", report.Step!.WayBack.Select(one => one.Message))}");
        }

        found.Moves.Add(new UpgradeMove(name, candidate.From, to) { Restores = restores });
        found.Planned[name] = [.. candidate.Having.Select(node => new PlannedNode(node.Node, node.FailureDomain))];
    }

    private static UpgradeRefusal Graver(UpgradeRefusal known, ReleaseAvailability found) => (known, found) switch
    {
        (UpgradeRefusal.UnknownComponent, _) => known,
        (_, ReleaseAvailability.NotFound) => UpgradeRefusal.UnknownRelease,
        (UpgradeRefusal.NotPossible, ReleaseAvailability.Refused) => UpgradeRefusal.ReleaseRefused,
        _ => known,
    };

    /// <summary>The nodes that something may be begun on. Of those that it may not it is said why: as a problem where they were asked for by name.</summary>
    private IReadOnlyList<NodeReport> LeaveOut(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, Found found)
    {
        var open = new List<NodeReport>();
        foreach (var node in nodes)
        {
            var status = directory?.Find(node.Node);
            if (status is null or { IsDraining: false, State: NodeState.Alive or NodeState.Suspect })
            {
                open.Add(node);
            }
            else if (HasAny(node, request) && (request.Nodes.Count == 0 || request.Nodes.Contains(node.Node)))
            {
                var (what, mend) = status.IsDraining ? ("is draining", "Undrain it first") : ($"is {status.State}", "Wait until it is back");
                (request.Nodes.Count == 0 ? found.Findings : found.Problems).Add(
                    $"Node '{node.Node}' {what}, and nothing is begun on it. {(request.Nodes.Count == 0 ? "It gets the release when it can be told." : $"{mend}, or do not name it.")}");
            }
        }

        return open;
    }

    /// <summary>Whether each node that is named has something to upgrade.</summary>
    private static void Named(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, List<string> problems)
    {
        var targets = request.Targets.Select(target => target.Component).ToList();
        var having = nodes.Where(node => HasAny(node, request)).Select(node => node.Node).ToHashSet(StringComparer.Ordinal);
        var what = targets.Count == 1 ? $"a component '{targets[0]}'" : $"any of the components {string.Join(", ", targets.Order(StringComparer.Ordinal))}";
        problems.AddRange(request.Nodes.Where(name => !having.Contains(name) && !problems.Any(problem => problem.StartsWith($"Node '{name}' ", StringComparison.Ordinal))).Select(name => $"Node '{name}' has not reported {what}."));
    }

    private static bool HasAny(NodeReport node, UpgradeRequest request) => node.Components.Any(one => request.Targets.Any(target => target.Component == one.Component));

    /// <summary>The nodes that a component is upgraded on: those that have it, of those that are named. What is taken back goes from where it still is.</summary>
    private static IReadOnlyList<NodeReport> Having(string component, UpgradeRequest request, UpgradeRecord? takenBack, IReadOnlyList<NodeReport> nodes, List<string> problems)
    {
        var from = takenBack?.Plan?.Moves.FirstOrDefault(move => move.Component == component)?.To;
        var having = nodes
            .Where(node => (request.Nodes.Count == 0 || request.Nodes.Contains(node.Node)) && node.Components.Any(one => one.Component == component && (from is null || one.Confirmed == from)))
            .ToList();
        // Where no named node has anything to upgrade, that is told of each of them already.
        if (having.Count == 0 && (request.Nodes.Count == 0 || nodes.Any(node => request.Nodes.Contains(node.Node) && HasAny(node, request))))
        {
            problems.Add($"No {(request.Nodes.Count == 0 ? "" : "named ")}node has reported a component '{component}'{(from is null ? "" : $" with {from} confirmed")}.");
        }

        return having;
    }

    /// <summary>The release that all of the nodes have; an upgrade leads from one release to one release.</summary>
    private static ReleaseId? From(string component, IReadOnlyList<NodeReport> nodes, List<string> problems)
    {
        var byRelease = nodes.GroupBy(node => node.Components.First(one => one.Component == component).Confirmed).ToList();
        if (byRelease.Count > 1)
        {
            var differing = byRelease.Select(same => $"{same.Key?.Version ?? "none"} on {string.Join(", ", same.Select(node => node.Node).Order(StringComparer.Ordinal).Take(5))}{(same.Count() > 5 ? ", …" : "")}");
            problems.Add($"The nodes have '{component}' in different releases: {string.Join("; ", differing)}. Name nodes of one release, and upgrade the others by an upgrade of their own.");
            return null;
        }

        if (byRelease.Count == 1 && byRelease[0].Key is null)
        {
            problems.Add($"No release of '{component}' is confirmed on its nodes; see why it does not start there.");
        }

        return byRelease.Count == 1 ? byRelease[0].Key : null;
    }

    private NodeFacts FactsOf(NodeReport node, string component)
    {
        // What its components declare is spoken for, the release that runs now included: both are there while a swap lasts.
        var needs = node.Components.Select(one => registry.Find(one.Component)?.Resources).OfType<ResourceNeeds>().ToList();
        return new(node.Node)
        {
            Running = node.Components.First(one => one.Component == component).Confirmed is { } release ? NuGetVersion.Parse(release.Version) : null,
            FreeMemoryMebibytes = node.MemoryBytes > 0 ? Math.Max(0, (node.MemoryBytes / (1024 * 1024)) - needs.Sum(one => (long)one.MemoryMebibytes)) : null,
            FreeMillicores = node.Processors > 0 ? Math.Max(0, (node.Processors * 1000L) - needs.Sum(one => (long)one.Millicores)) : null,
            Surface = options.SurfaceOf?.Invoke(node.Node),
        };
    }

    private static void SplitRule(StrategyParameters parameters, ReleaseManifest release, ComponentDescriptor component, List<string> problems)
    {
        var splits = parameters is GradualParameters or CanaryParameters { Share: < 1 } || parameters.ShadowFraction > 0;
        var moves = release.State.Kind.Moves() || component.State.Kind.Moves();
        if (splits && moves)
        {
            problems.Add($"The state of '{component.Name}' moves from one release to the other, so its calls cannot be split between them. Take a strategy that moves whole nodes: Rolling, BlueGreen, Immediate, or Canary with a share of 1.");
        }
    }

    private IEnumerable<UpgradeTarget> InOrder(IReadOnlyList<UpgradeTarget> targets)
    {
        var order = registry.Dependencies.Order(targets.Select(target => target.Component));
        return targets.OrderBy(target => order.ToList().IndexOf(target.Component) is var at && at >= 0 ? at : int.MaxValue);
    }

    /// <summary>A component with all that is known of its upgrade but for what its release says.</summary>
    private sealed record Candidate(UpgradeTarget Target, ReleaseId From, string Settings, IReadOnlyList<NodeReport> Having, UpgradeContext Context);

    /// <summary>What was found so far.</summary>
    private sealed class Found
    {
        public List<string> Problems { get; } = [];

        public List<string> Findings { get; } = [];

        public List<string> Irreversible { get; } = [];

        public List<UpgradeMove> Moves { get; } = [];

        public Dictionary<string, IReadOnlyList<PlannedNode>> Planned { get; } = new(StringComparer.Ordinal);

        public UpgradeRefusal Refusal { get; set; } = UpgradeRefusal.NotPossible;

        public Feasibility ToFeasibility() =>
            new() { Problems = Problems, Refusal = Refusal, Findings = Findings, Irreversible = string.Join("; ", Irreversible), Moves = Moves, Nodes = Planned };
    }
}
