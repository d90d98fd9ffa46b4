using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Analysis;

/// <summary>Tells for each wave of a plan, before it runs, how many calls it takes to see a harm, and how long that is at the traffic of now. Pure.</summary>
internal static class WaveForecasts
{
    private static readonly StatedHarm[] s_harms = [new(Failures: 0.01), new(Times: 1.25)];

    /// <summary>Adds what is told to a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="find">A node's last word on a component; null when it was not heard of.</param>
    /// <param name="rate">A component's calls a second on a node; null while that is not known.</param>
    public static UpgradePlan In(UpgradePlan plan, Func<string, string, ComponentReport?> find, Func<string, string, double?> rate) =>
        plan with { Waves = [.. plan.Waves.Select(wave => wave with { Forecasts = Of(plan, wave, find, rate) })] };

    private static IReadOnlyList<HarmTime> Of(UpgradePlan plan, PlanWave wave, Func<string, string, ComponentReport?> find, Func<string, string, double?> rate)
    {
        if (WaveSides.Of(plan, wave, _ => true) is not { } sides || sides.BaselineNodes.Count == 0)
        {
            return [];
        }

        var nodes = sides.CandidateNodes.Union(sides.BaselineNodes).ToList();
        var methods = nodes
            .SelectMany(node => find(node, wave.Component)?.Calls ?? [])
            .Where(one => one.Release == sides.Baseline)
            .SelectMany(one => one.Methods)
            .GroupBy(method => method.Method, StringComparer.Ordinal)
            .Select(same => same.Select(CallIncrements.Of).Aggregate((all, one) => all.And(one)))
            .ToList();
        if (methods.MaxBy(one => one.Calls) is not { Calls: > 0 } busiest)
        {
            return [];
        }

        var rates = nodes.Select(node => rate(node, wave.Component)).ToList();
        var ofBusiest = busiest.Calls / methods.Sum(one => (double)one.Calls);
        var perSecond = rates.Any(one => one is null) ? null : rates.Sum() * ofBusiest;
        var harms = plan.Judging is { MustSeeFailures: null, MustSeeTimes: null } ? s_harms : [.. s_harms, new StatedHarm(plan.Judging.MustSeeFailures ?? 0, plan.Judging.MustSeeTimes ?? 1)];
        var components = plan.Moves.Count;
        return
        [
            .. harms.Distinct().Select(harm =>
            {
                var calls = HarmForecast.CallsToSee(busiest, sides.ComparedShare, harm, ComponentAnalysis.FalseAlarmsOf(plan.Judging, components), CallsAnalysis.StakeOf(methods.Count));
                return new HarmTime(harm.ToString(), calls, calls / perSecond is { } seconds && seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null);
            }),
        ];
    }
}
