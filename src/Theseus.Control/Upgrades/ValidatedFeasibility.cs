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
public sealed class ValidatedFeasibility(
    ComponentRegistry registry, UpgradeValidator validator, IUpgradeStore store, FeasibilityOptions options, RollbackOptions rollback, TimeProvider time) : IFeasibility
{
    private const int UpgradesLookedAt = 200;

    /// <inheritdoc/>
    public async Task<Feasibility> CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(nodes);
        var (problems, findings) = (new List<string>(), new List<string>());
        var history = await store.ReadNewestAsync(null, UpgradesLookedAt, cancellationToken).ConfigureAwait(false);
        var rollbacks = Rollbacks(history);
        var irreversible = new List<string>();
        var refusal = UpgradeRefusal.NotPossible;
        var moves = new Dictionary<string, UpgradeMove>(StringComparer.Ordinal);
        var planned = new Dictionary<string, IReadOnlyList<PlannedNode>>(StringComparer.Ordinal);
        var manifests = new Dictionary<string, ReleaseManifest>(StringComparer.Ordinal);
        foreach (var target in InOrder(request.Targets))
        {
            if (registry.Find(target.Component) is not { } component)
            {
                refusal = UpgradeRefusal.UnknownComponent;
                problems.Add($"There is no component '{target.Component}'. {(registry.Components.Count > 0 ? $"There are: {string.Join(", ", registry.Components.Select(one => one.Name))}." : "There are none yet: no node has reported one.")}");
                continue;
            }

            var having = Having(target.Component, request.Nodes, nodes, problems);
            if (From(target.Component, having, problems) is not { } from)
            {
                continue;
            }

            if (!request.IsManual && InARow(target.Component, history) is var inARow && inARow >= rollback.MostInARow)
            {
                problems.Add($"The last {inARow} upgrades of '{target.Component}' took themselves back, and {rollback.MostInARow} in a row are allowed before someone looks: find out why, and ask for the next one yourself.");
            }

            var restores = request.Restoring.Contains(target.Component) ? request.RollsBack : null;
            var settings = target.Settings is null ? from.Settings : ReleaseSettings.Write(target.Settings);
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
                    IsRollback = request.RollsBack is not null,
                    RestoresState = restores is not null,
                    ChangesSettings = settings != from.Settings,
                },
                options.Level,
                cancellationToken).ConfigureAwait(false);
            refusal = Graver(refusal, report.Target.Availability);
            // What could not be checked because of another problem is no problem of its own, unless nothing else stops it.
            IReadOnlyList<Finding> stopping = report.Stopping.All(finding => finding.IsConsequence) ? report.Stopping : [.. report.Stopping.Where(finding => !finding.IsConsequence)];
            problems.AddRange(stopping.Select(finding => finding.ToString()));
            findings.AddRange(report.Findings.Where(finding => finding.Severity != FindingSeverity.Pass).Except(stopping).Select(finding => finding.ToString()));
            if (report.Target.Release is { } release)
            {
                SplitRule(request.Parameters, release.Manifest, component, problems);
                manifests[target.Component] = release.Manifest;
                var to = new ReleaseId(release.Manifest.Version.ToNormalizedString(), release.Digest) { Settings = settings };
                if (target.Digest is { } digest && digest != to.Digest)
                {
                    problems.Add($"'{target.Component}' {to} has the digest {to.Digest} in the feeds, and {digest} was asked for. Put the package that was meant back into a feed.");
                }

                if (restores is not null)
                {
                    irreversible.Add($"the state that '{target.Component}' {from} had was given up for that from before the upgrade {restores}");
                }
                else if (report.IsIrreversible)
                {
                    irreversible.Add($"the state of '{target.Component}' cannot be brought from {to} back to {from}: {string.Join(" ", report.Step!.WayBack.Select(one => one.Message))}");
                }

                moves[target.Component] = new UpgradeMove(target.Component, from, to) { Restores = restores };
                planned[target.Component] = [.. having.Select(node => new PlannedNode(node.Node, node.FailureDomain))];
            }
        }

        return new Feasibility { Problems = problems, Refusal = refusal, Findings = findings, Irreversible = string.Join("; ", irreversible), Moves = [.. InOrder(request.Targets).Where(one => moves.ContainsKey(one.Component)).Select(one => moves[one.Component])], Nodes = planned };
    }

    private static UpgradeRefusal Graver(UpgradeRefusal known, ReleaseAvailability found) => (known, found) switch
    {
        (UpgradeRefusal.UnknownComponent, _) => known,
        (_, ReleaseAvailability.NotFound) => UpgradeRefusal.UnknownRelease,
        (UpgradeRefusal.NotPossible, ReleaseAvailability.Refused) => UpgradeRefusal.ReleaseRefused,
        _ => known,
    };

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
        Surface = options.SurfaceOf?.Invoke(node.Node),
    };

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

    /// <summary>
    /// The versions that were rolled back: by their own upgrade, whether or not all of it came back, or by a later one that
    /// took it back.
    /// </summary>
    private static Dictionary<string, List<RollbackRecord>> Rollbacks(IReadOnlyList<UpgradeRecord> history)
    {
        var takenBack = history.Where(one => one is { State: UpgradeState.Completed, Request.RollsBack: not null })
            .DistinctBy(one => one.Request.RollsBack).ToDictionary(one => one.Request.RollsBack!, one => one.Request.Reason);
        var rollbacks = new Dictionary<string, List<RollbackRecord>>(StringComparer.Ordinal);
        foreach (var upgrade in history)
        {
            var wasTakenBack = takenBack.TryGetValue(upgrade.Id, out var why);
            if ((!wasTakenBack && upgrade.State is not (UpgradeState.RolledBack or UpgradeState.RollbackFailed)) || upgrade is not { Plan: { } plan, EndedAt: { } endedAt, Request.RollsBack: null })
            {
                continue;
            }

            foreach (var move in plan.Moves)
            {
                if (!rollbacks.TryGetValue(move.Component, out var ofComponent))
                {
                    rollbacks[move.Component] = ofComponent = [];
                }

                ofComponent.Add(new RollbackRecord(move.Component, NuGetVersion.Parse(move.To.Version), endedAt, why ?? upgrade.Detail));
            }
        }

        return rollbacks;
    }

    /// <summary>How many of a component's newest upgrades in a row took themselves back.</summary>
    private static int InARow(string component, IReadOnlyList<UpgradeRecord> history) => history
        .Where(one => one.HasEnded && one.WasActivated && one.Request.Targets.Any(target => target.Component == component))
        .TakeWhile(one => one.State is UpgradeState.RolledBack or UpgradeState.RollbackFailed && one.TakenBackBy == Audit.AuditEntry.System)
        .Count();
}
