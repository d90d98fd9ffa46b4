using System.Globalization;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>
/// What the evidence on one component of an upgrade comes to, over all of its waves. The same evidence in the same order gives
/// the same answer. Not thread-safe.
/// </summary>
internal sealed class ComponentAnalysis
{
    private const int LeastToDiffer = 100;

    private readonly WaveJudging _judging;
    private readonly double _falseAlarms;
    private readonly double _falsePasses;
    private readonly double _limitError;
    private readonly SeriesAnalysis? _metrics;
    private readonly Dictionary<string, BothSides> _before = new(StringComparer.Ordinal);
    private CallsAnalysis? _calls;
    private int _wave = -1;

    /// <summary>Begins.</summary>
    /// <param name="judging">By what it is judged.</param>
    /// <param name="components">How many components share the upgrade's chances of being wrong.</param>
    /// <param name="waves">How many waves do.</param>
    public ComponentAnalysis(WaveJudging judging, int components, int waves)
    {
        _judging = judging;
        _falseAlarms = FalseAlarmsOf(judging, components);
        _limitError = _falseAlarms / Math.Max(1, waves);
        _falsePasses = judging.FalsePasses / components / Math.Max(1, waves) / (judging.Metrics is null ? 1 : 2);
        _metrics = judging.Metrics is { Count: > 0 } metrics ? new(metrics, _falseAlarms, judging.FalsePasses / components / 2) : null;
    }

    /// <summary>What of an upgrade's chance of a false alarm is for the comparison of one component's calls.</summary>
    /// <remarks>The calls, their limits and the metrics have equal parts, as far as there are any: each is a bound on one way to be wrong. Together they are the whole, whatever hangs on what (Boole's inequality).</remarks>
    public static double FalseAlarmsOf(WaveJudging judging, int components) =>
        judging.FalseAlarms / components / (1 + (CallLimits.Of(judging).Count > 0 ? 1 : 0) + (judging.Metrics is { Count: > 0 } ? 1 : 0));

    /// <summary>Takes evidence in, the oldest first.</summary>
    public void Add(CallEvidence evidence)
    {
        if (evidence.Wave != _wave)
        {
            _wave = evidence.Wave;
            _before.Clear();
            _calls?.Cut();
            _metrics?.Cut();
        }

        if (evidence.Kind == EvidenceKind.Before)
        {
            foreach (var (method, calls) in evidence.Methods)
            {
                _before[method] = calls;
            }

            // The stakes are divided once, among the methods that were called before the first wave.
            _calls ??= Begin(evidence.Methods.Select(one => (one.Key, one.Value.Candidate.And(one.Value.Baseline))).Where(one => one.Item2.Calls > 0).ToDictionary());
            return;
        }

        if (evidence.Metrics is { } seen)
        {
            _metrics?.Add(seen);
        }

        _calls ??= Begin(new Dictionary<string, SideCalls>());
        foreach (var (method, calls) in evidence.Methods.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            _calls.Add(method, calls.Candidate, calls.Baseline);
        }
    }

    /// <summary>How the candidate stands, by the calls of the wave that evidence came of last.</summary>
    /// <param name="wave">The wave that is judged.</param>
    /// <param name="sides">The wave's sides.</param>
    public ComparedCalls Compare(int wave, WaveSides sides)
    {
        var metrics = wave == _wave || _metrics is null ? _metrics : new SeriesAnalysis(_judging.Metrics!, _falseAlarms, _falsePasses);
        var compared = metrics?.Compare(sides) ?? [];
        if (_calls is null || wave != _wave)
        {
            return ComparedCalls.None with { Metrics = compared };
        }

        var methods = _calls.Methods.Where(one => one.Candidate.Calls + one.Baseline.Calls > 0).ToList();
        var verdict = _calls.Judge();
        var vetoed = verdict.Standing == Standing.Worse ? DifferedBefore(verdict.Leading!) : null;
        return new ComparedCalls(vetoed is null ? Public(verdict.Standing) : CallsStanding.Open, vetoed is null ? verdict.Why : $"{verdict.Why} {vetoed}")
        {
            IsVetoed = vetoed is not null,
            Capital = Finite(_calls.Capital),
            Proof = 1 / _falseAlarms,
            CandidateCalls = methods.Sum(one => one.Candidate.Calls),
            CandidateFailures = methods.Sum(one => one.Candidate.Failures),
            BaselineCalls = methods.Sum(one => one.Baseline.Calls),
            BaselineFailures = methods.Sum(one => one.Baseline.Failures),
            BrokenLimit = CallLimits.Broken(_judging, methods, _limitError),
            Missing = Missing(methods, sides.ComparedShare),
            Metrics = compared,
            Methods = [.. methods.OrderByDescending(one => one.Capital).Take(ComparedCalls.MostMethods).Select(one => Public(one, methods.Count))],
        };
    }

    private CallsAnalysis Begin(IReadOnlyDictionary<string, SideCalls> before) => new(before, _judging.Margins, _falseAlarms, _falsePasses);

    /// <summary>Whether the nodes of the two sides differed in the same way before one of them got the candidate, in words; null when not.</summary>
    private string? DifferedBefore(MethodAnalysis method)
    {
        if (!_before.TryGetValue(method.Name, out var before) || Math.Min(before.Candidate.Calls, before.Baseline.Calls) < LeastToDiffer)
        {
            return null;
        }

        var now = method.Differences(_judging.Margins, _falsePasses).Where(one => one.Matters).Select(one => one.What).ToHashSet(StringComparer.Ordinal);
        var then = Difference.Between(before.Candidate, before.Baseline, _judging.Margins, _falsePasses).FirstOrDefault(one => one.Matters && now.Contains(one.What));
        return then is null ? null : $"But these nodes differed as much before the candidate got its first call: {then}. That is not held against it.";
    }

    /// <summary>What would have to be seen and was not, in words; null when nothing is missing.</summary>
    private string? Missing(List<MethodAnalysis> methods, double share)
    {
        var (candidate, baseline) = (methods.Sum(one => one.Candidate.Calls), methods.Sum(one => one.Baseline.Calls));
        if (candidate == 0 && baseline > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The candidate took no calls, while the baseline took {baseline}.");
        }

        if (_judging is { MustSeeFailures: null, MustSeeTimes: null })
        {
            return null;
        }

        var harm = new StatedHarm(_judging.MustSeeFailures ?? 0, _judging.MustSeeTimes ?? 1);
        if (baseline == 0 || share is not (> 0 and < 1))
        {
            return $"A harm of {harm} would have to be seen, and nothing was called beside the candidate that it could be compared with.";
        }

        var busiest = methods.MaxBy(one => one.Candidate.Calls + one.Baseline.Calls)!;
        var needed = HarmForecast.CallsToSee(busiest.Before.Calls > 0 ? busiest.Before : busiest.Baseline, share, harm, _falseAlarms, busiest.Stake);
        var seen = busiest.Candidate.Calls + busiest.Baseline.Calls;
        return needed is null || seen < needed
            ? string.Create(CultureInfo.InvariantCulture, $"A harm of {harm} would have to be seen: that takes {needed?.ToString(CultureInfo.InvariantCulture) ?? "more than any number of"} calls of {busiest.Name}, and {seen} were seen.")
            : null;
    }

    private ComparedMethod Public(MethodAnalysis method, int methods) => new(method.Name, method.Candidate.Calls, method.Baseline.Calls)
    {
        Capital = Finite(method.Capital),
        Stake = method.Stake,
        Differences =
        [
            .. method.Differences(_judging.Margins, _falsePasses / methods)
                .Select(one => new ComparedQuantity(one.What, one.Candidate, one.Baseline, one.Lowest, double.IsFinite(one.Highest) ? one.Highest : null, one.Margin)),
        ],
    };

    // It may grow beyond all numbers, which JSON has no word for.
    private static double Finite(double capital) => Math.Min(capital, double.MaxValue);

    private static CallsStanding Public(Standing standing) => standing switch
    {
        Standing.Worse => CallsStanding.Worse,
        Standing.AsGood => CallsStanding.AsGood,
        _ => CallsStanding.Open,
    };
}
