using NuGet.Versioning;
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

    /// <summary>What a node's host offers to releases; null for nodes of which it is not known. Default: nodes in this process have what this process has.</summary>
    public Func<string, HostSurface?> SurfaceOf { get; set; } = _ => null;
}

/// <summary>
/// Looks whether an upgrade is possible: the components and nodes there are, what is validated of each release, and the
/// order that dependencies ask for. Thread-safe.
/// </summary>
/// <param name="registry">The components.</param>
/// <param name="validator">The rules.</param>
/// <param name="store">The upgrades before, for what was rolled back.</param>
/// <param name="options">How strict it is.</param>
/// <param name="time">The clock.</param>
public sealed class ValidatedFeasibility(
    ComponentRegistry registry, UpgradeValidator validator, IUpgradeStore store, FeasibilityOptions options, TimeProvider time) : IFeasibility
{
    private const int UpgradesLookedAt = 200;

    /// <inheritdoc/>
    public async Task<Feasibility> CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(nodes);
        var (problems, findings) = (new List<string>(), new List<string>());
        var rollbacks = await RollbacksAsync(cancellationToken).ConfigureAwait(false);
        var moves = new Dictionary<string, UpgradeMove>(StringComparer.Ordinal);
        var planned = new Dictionary<string, IReadOnlyList<PlannedNode>>(StringComparer.Ordinal);
        var manifests = new Dictionary<string, ReleaseManifest>(StringComparer.Ordinal);
        foreach (var target in InOrder(request.Targets))
        {
            if (registry.Find(target.Component) is not { } component)
            {
                problems.Add($"There is no component '{target.Component}'. There are: {string.Join(", ", registry.Components.Select(one => one.Name))}.");
                continue;
            }

            var having = Having(target.Component, request.Nodes, nodes, problems);
            if (From(target.Component, having, problems) is not { } from)
            {
                continue;
            }

            var report = await validator.ValidateAsync(
                new UpgradeContext
                {
                    Component = component with { CurrentVersion = NuGetVersion.Parse(from.Version) },
                    Target = NuGetVersion.Parse(target.Version),
                    Now = time.GetUtcNow(),
                    Components = registry.Components,
                    Together = [.. manifests.Values],
                    Nodes = [.. having.Select(node => FactsOf(node, target.Component))],
                    Policy = options.Policies.GetValueOrDefault(target.Component) ?? new UpgradePolicy(),
                    Rollbacks = rollbacks.GetValueOrDefault(target.Component) ?? [],
                    FailureAction = request.OnFailure == FailureAction.RollBack ? null : request.OnFailure,
                    IsAutomatic = !request.IsManual,
                },
                options.Level,
                cancellationToken).ConfigureAwait(false);
            problems.AddRange(report.Stopping.Select(finding => finding.ToString()));
            findings.AddRange(report.Findings.Where(finding => finding.Severity != FindingSeverity.Pass).Except(report.Stopping).Select(finding => finding.ToString()));
            if (report.Target.Release is { } release)
            {
                SplitRule(request.Parameters, release.Manifest, component, problems);
                manifests[target.Component] = release.Manifest;
                moves[target.Component] = new UpgradeMove(target.Component, from, new ReleaseId(release.Manifest.Version.ToNormalizedString(), release.Digest));
                planned[target.Component] = [.. having.Select(node => new PlannedNode(node.Node, node.FailureDomain))];
            }
        }

        return new Feasibility { Problems = problems, Findings = findings, Moves = [.. InOrder(request.Targets).Where(one => moves.ContainsKey(one.Component)).Select(one => moves[one.Component])], Nodes = planned };
    }

    private static IReadOnlyList<NodeReport> Having(string component, IReadOnlyList<string> asked, IReadOnlyList<NodeReport> nodes, List<string> problems)
    {
        var having = nodes.Where(node => node.Components.Any(one => one.Component == component)).ToList();
        if (asked.Count > 0)
        {
            problems.AddRange(asked.Where(name => having.All(node => node.Node != name)).Select(name => $"Node '{name}' has not reported a component '{component}'."));
            having = [.. having.Where(node => asked.Contains(node.Node))];
        }
        else if (having.Count == 0)
        {
            problems.Add($"No node has reported a component '{component}'.");
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

    private NodeFacts FactsOf(NodeReport node, string component) => new(node.Node)
    {
        Running = node.Components.First(one => one.Component == component).Confirmed is { } release ? NuGetVersion.Parse(release.Version) : null,
        FreeMemoryMebibytes = node.MemoryBytes > 0 ? node.MemoryBytes / (1024 * 1024) : null,
        FreeMillicores = node.Processors > 0 ? node.Processors * 1000L : null,
        Surface = options.SurfaceOf(node.Node),
    };

    private static void SplitRule(StrategyParameters parameters, ReleaseManifest release, ComponentDescriptor component, List<string> problems)
    {
        var splits = parameters is GradualParameters or CanaryParameters { Share: < 1 } || parameters.ShadowFraction > 0;
        var moves = release.State.Kind is StateKind.Transferred or StateKind.CaughtUp || component.State.Kind is StateKind.Transferred or StateKind.CaughtUp;
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

    private async Task<Dictionary<string, List<RollbackRecord>>> RollbacksAsync(CancellationToken cancellationToken)
    {
        var rollbacks = new Dictionary<string, List<RollbackRecord>>(StringComparer.Ordinal);
        foreach (var upgrade in await store.ReadNewestAsync(null, UpgradesLookedAt, cancellationToken).ConfigureAwait(false))
        {
            if (upgrade is { State: UpgradeState.RolledBack or UpgradeState.RollbackFailed, Plan: { } plan, EndedAt: { } endedAt })
            {
                foreach (var move in plan.Moves)
                {
                    if (!rollbacks.TryGetValue(move.Component, out var ofComponent))
                    {
                        rollbacks[move.Component] = ofComponent = [];
                    }

                    ofComponent.Add(new RollbackRecord(move.Component, NuGetVersion.Parse(move.To.Version), endedAt, upgrade.Detail));
                }
            }
        }

        return rollbacks;
    }
}
