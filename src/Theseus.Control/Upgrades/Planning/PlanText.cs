using System.Globalization;
using System.Text;
using Theseus.Control.Analysis;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>Writes a plan for people to read before it runs.</summary>
public static class PlanText
{
    private const int NodesNamed = 6;

    /// <summary>Writes it, a line for each thing that will be done.</summary>
    public static string Write(UpgradePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{plan.Strategy}: {string.Join(", ", plan.Moves.Select(move => $"{move.Component} {move.From} -> {move.To}"))}");
        foreach (var move in plan.Moves)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {move.Component} {move.To} is the package {move.To.Digest}, and {move.From} the package {move.From.Digest}");
            if (move.From.Settings.Length + move.To.Settings.Length > 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {move.Component} {move.To} is run with {Settings(move.To)}, and {move.From} with {Settings(move.From)}");
            }

            if (move.Restores is not null)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {move.Component} begins with the state that was kept before the upgrade {move.Restores}; that of now is lost once it is confirmed");
            }
        }

        if (plan.NeedsApproval)
        {
            text.AppendLine("  waits for an approval");
        }

        for (var i = 0; i < plan.Waves.Count; i++)
        {
            var wave = plan.Waves[i];
            text.AppendLine(CultureInfo.InvariantCulture, $"  wave {i + 1} of {plan.Waves.Count}: {wave.Name}");
            if (wave.Prepare.Count > 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    prepare on {Nodes(wave.Prepare)}, within {plan.PrepareDeadline:c}");
            }

            foreach (var same in wave.Activate.GroupBy(step => (step.Share, step.ShadowFraction)))
            {
                var what = same.Key.ShadowFraction > 0 ? $"copy {same.Key.ShadowFraction:0.########%} of the calls" : $"send {same.Key.Share:0.########%} of the calls";
                text.AppendLine(CultureInfo.InvariantCulture, $"    {what} on {Nodes([.. same.Select(step => step.Node)])}, within {plan.ActivateDeadline:c}");
            }

            if (wave.Activate.Count > 0)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    watch for {wave.Observe:c}{(wave.MinimumCalls > 0 ? $", at least {wave.MinimumCalls} calls" : "")}; too little to judge: {plan.WhenInconclusive}");
                if (wave.Activate.Any(step => step.Share is > 0 and < 1))
                {
                    text.AppendLine("    judged beside the calls that the same nodes send to the old release");
                }
                else if (wave.Baseline.Count > 0)
                {
                    text.AppendLine(CultureInfo.InvariantCulture, $"    judged beside {Nodes(wave.Baseline)}");
                }

                foreach (var one in wave.Forecasts)
                {
                    text.AppendLine(CultureInfo.InvariantCulture, $"    to see {one.Harm} takes {(one.Calls is { } calls ? $"about {calls} calls{(one.Time is { } time ? $", {Rounded(time)} at the traffic of now" : "")}" : "more calls than there will be")}");
                }
            }
        }

        foreach (var metric in plan.Judging.Metrics ?? [])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  judged by {metric.Name} too, {MetricSpec.Write(metric)}: takes {SeriesAnalysis.FewestStretches(plan, metric)} stretches of values at least, of one value to 32 each");
        }

        if (plan.LostNodes != default)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  of the nodes of a wave, up to {plan.LostNodes} may be lost");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  confirm on all nodes, within {plan.SettleDeadline:c}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  wait until the old release is gone from them, for up to {plan.RetireDeadline:c}");
        text.AppendLine(plan.OnFailure switch
        {
            FailureAction.RollBack => "  if a wave fails: every node goes back at once, and what depends on others before those",
            FailureAction.Freeze => "  if a wave fails: stand still where it is, and wait for someone to decide",
            _ => "  if a wave that is watched fails: go on all the same; if a node cannot be made ready: stand still, and wait for someone to decide",
        });
        text.Append(CultureInfo.InvariantCulture, $"  digest {plan.Digest}");
        return text.ToString();
    }

    private static string Rounded(TimeSpan time) => time < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds)} s")
        : time < TimeSpan.FromHours(3) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min") : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h");

    private static string Settings(ReleaseId release) => release.Settings.Length == 0 ? "no settings of its own" : $"the settings {release.Settings}";

    private static string Nodes(IReadOnlyList<string> nodes) => nodes.Count <= NodesNamed
        ? string.Join(", ", nodes)
        : $"{string.Join(", ", nodes.Take(NodesNamed))} and {nodes.Count - NodesNamed} more";
}
