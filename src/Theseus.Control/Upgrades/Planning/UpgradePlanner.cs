namespace Theseus.Control.Upgrades;

/// <summary>Shapes plans. Pure: the same input gives the same plan.</summary>
internal static class UpgradePlanner
{
    /// <summary>Plans.</summary>
    /// <param name="request">What was asked for; its parameters have been checked.</param>
    /// <param name="moves">The components' moves, what others depend on first.</param>
    /// <param name="nodesOf">The nodes that have a component.</param>
    public static UpgradePlan Plan(UpgradeRequest request, IReadOnlyList<UpgradeMove> moves, Func<string, IReadOnlyList<PlannedNode>> nodesOf)
    {
        var parameters = request.Parameters;
        return new UpgradePlan
        {
            Moves = moves,
            Strategy = parameters.Strategy,
            Waves = WithBaselines([.. InOrder(moves.SelectMany(move => Waves(move.Component, InOrder(nodesOf(move.Component)), parameters, moves)), parameters)], nodesOf),
            OnFailure = request.OnFailure,
            WhenInconclusive = parameters.WhenInconclusive,
            LostNodes = parameters.LostNodes,
            Judging = parameters.Judging,
            NeedsApproval = request.NeedsApproval,
            PrepareDeadline = parameters.PrepareDeadline,
            ActivateDeadline = parameters.ActivateDeadline,
            SettleDeadline = parameters.SettleDeadline,
            RetireDeadline = parameters.RetireDeadline,
        };
    }

    /// <summary>By failure domain, then by name: so that a canary's nodes are the same each time, and batches keep domains together.</summary>
    private static PlannedNode[] InOrder(IReadOnlyList<PlannedNode> nodes) =>
        [.. nodes.OrderBy(node => node.FailureDomain, StringComparer.Ordinal).ThenBy(node => node.Name, StringComparer.Ordinal)];

    /// <summary>One component after the other; where all are to be ready before any is switched, the waves without callers come first.</summary>
    private static IEnumerable<PlanWave> InOrder(IEnumerable<PlanWave> waves, StrategyParameters parameters) =>
        parameters is BlueGreenParameters ? waves.OrderBy(wave => wave.Activate.Any(step => step.Share > 0)) : waves;

    private static IEnumerable<PlanWave> Waves(string component, PlannedNode[] nodes, StrategyParameters parameters, IReadOnlyList<UpgradeMove> moves)
    {
        var of = moves.Count > 1 ? $"{component}: " : "";
        var prepared = parameters.ShadowFraction > 0;
        if (prepared)
        {
            yield return Wave("shadow", nodes, share: 0, prepare: true, parameters.Observe, parameters.ShadowFraction);
        }

        switch (parameters)
        {
            case ImmediateParameters:
                yield return Wave("everywhere at once", nodes, 1, !prepared, parameters.Observe);
                break;
            case RollingParameters rolling:
                var batches = Batches(nodes, rolling);
                for (var i = 0; i < batches.Count; i++)
                {
                    yield return Wave($"batch {i + 1} of {batches.Count}", batches[i], 1, !prepared, parameters.Observe);
                }

                break;
            case BlueGreenParameters blueGreen:
                if (!prepared)
                {
                    yield return Wave("ready everywhere", nodes, null, true, TimeSpan.Zero);
                }

                // The last switch completes them all: until then releases that belong together serve beside others.
                var warm = component == moves[^1].Component && blueGreen.WarmFor > parameters.Observe ? blueGreen.WarmFor : parameters.Observe;
                yield return Wave("switch, old release warm", nodes, 1, false, warm);
                break;
            case CanaryParameters canary:
                var first = nodes.Take(canary.Nodes.Of(nodes.Length)).ToArray();
                yield return Wave("canary", first, canary.Share, !prepared, parameters.Observe);
                // A canary that had all the calls of all the nodes there are is the whole upgrade.
                if (canary.Share < 1 || first.Length < nodes.Length)
                {
                    var rest = canary.Share < 1 ? nodes : nodes[first.Length..];
                    yield return Wave("the rest", rest, 1, !prepared, parameters.Observe) with
                    {
                        Prepare = prepared ? [] : Names(nodes[first.Length..]),
                    };
                }

                break;
            case GradualParameters gradual:
                for (var i = 0; i < gradual.Steps.Count; i++)
                {
                    yield return Wave(FormattableString.Invariant($"{gradual.Steps[i] * 100:0.########} % everywhere"), nodes, gradual.Steps[i], !prepared && i == 0, parameters.Observe);
                }

                break;
            default:
                throw new ArgumentException($"No plan is known for {parameters.GetType().Name}.", nameof(parameters));
        }

        PlanWave Wave(string name, PlannedNode[] which, double? share, bool prepare, TimeSpan observe, double shadow = 0) => new()
        {
            Name = of + name,
            Component = component,
            Prepare = prepare ? Names(which) : [],
            Activate = share is { } all ? [.. which.Select(node => new PlanStep(node.Name, all, shadow))] : [],
            Observe = observe,
            MinimumCalls = share is null ? 0 : parameters.MinimumCalls,
        };
    }

    /// <summary>
    /// Names the nodes beside which each wave is judged that sends all calls of its nodes to the release: as many of those that no
    /// wave has reached, from the same failure domains as far as they have any.
    /// </summary>
    private static List<PlanWave> WithBaselines(List<PlanWave> waves, Func<string, IReadOnlyList<PlannedNode>> nodesOf)
    {
        var reached = new HashSet<(string Component, string Node)>();
        var named = new List<PlanWave>(waves.Count);
        foreach (var wave in waves)
        {
            var calls = wave.Activate.Where(step => step.Share > 0).ToList();
            reached.UnionWith(calls.Select(step => (wave.Component, step.Node)));
            named.Add(calls.Count > 0 && calls.All(step => step.Share >= 1) ? wave with { Baseline = Baseline(wave, calls) } : wave);
        }

        return named;

        string[] Baseline(PlanWave wave, List<PlanStep> calls)
        {
            var nodes = nodesOf(wave.Component);
            var domains = nodes.Where(node => calls.Any(step => step.Node == node.Name)).Select(node => node.FailureDomain).ToHashSet(StringComparer.Ordinal);
            return
            [
                .. InOrder([.. nodes.Where(node => !reached.Contains((wave.Component, node.Name)))])
                    .OrderByDescending(node => domains.Contains(node.FailureDomain))
                    .Take(calls.Count)
                    .Select(node => node.Name),
            ];
        }
    }

    private static List<PlannedNode[]> Batches(PlannedNode[] nodes, RollingParameters rolling)
    {
        var size = rolling.Batch.Of(nodes.Length);
        return rolling.ByFailureDomain
            ? [.. nodes.GroupBy(node => node.FailureDomain, StringComparer.Ordinal).SelectMany(domain => domain.Chunk(size))]
            : [.. nodes.Chunk(size)];
    }

    private static string[] Names(IEnumerable<PlannedNode> nodes) => [.. nodes.Select(node => node.Name)];
}
