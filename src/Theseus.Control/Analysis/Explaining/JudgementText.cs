using System.Globalization;
using System.Text;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>Explains a judgement to people. Pure.</summary>
public static class JudgementText
{
    private const int Rows = 12;
    private const int PictureWidth = 60;
    private const string Heights = " ▁▂▃▄▅▆▇█";

    /// <summary>Writes it: each wave's verdict, what it rests on, how that came about over time, and what would have changed it.</summary>
    /// <param name="file">What the upgrade was judged by.</param>
    /// <param name="waves">How it was judged, by that or by other parameters.</param>
    /// <param name="judging">By what it was judged there.</param>
    public static string Write(JudgementFile file, IReadOnlyList<JudgedWave> waves, WaveJudging judging)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(waves);
        ArgumentNullException.ThrowIfNull(judging);
        var text = new StringBuilder();
        Line(text, $"Upgrade {file.Upgrade}, {file.State}: {string.Join(", ", file.Plan.Moves.Select(move => $"{move.Component} {move.From} -> {move.To}"))}");
        Line(text, $"Judged by: at most {judging.FalseAlarms:0.####%} false alarms over the whole upgrade; worse from {judging.WorseFailures:0.###%} more failures, or {judging.WorseMedian:0.###}, {judging.WorseP95:0.###}, {judging.WorseP99:0.###} times the p50, p95, p99.");
        foreach (var wave in waves.Where(one => one.Verdict is not null || one.Moments.Count > 0))
        {
            text.AppendLine();
            Line(text, $"Wave {wave.Number + 1} of {waves.Count}, {wave.Wave.Name}: {(wave.Verdict is { } verdict ? $"{verdict.Judgement} by the rule '{verdict.Rule}'" : "not judged to its end")}");
            if (wave.Verdict is { } on)
            {
                Line(text, $"  on record: {on.Evidence}");
                foreach (var copies in on.Shadowed ?? [])
                {
                    Line(text, $"  copied calls of {copies.Method}: {copies.Different} of {copies.Compared} answered differently, {copies.Failed} failed{string.Concat(copies.Samples.Select(sample => $"; {sample}"))}");
                }
            }

            foreach (var metric in wave.Moments is [.., var end] ? end.Calls.Metrics : [])
            {
                Line(text, $"  metric {metric.Why} Capital {Capital(metric.Capital)} of {Capital(metric.Proof)}; it {Follows(metric.Then)}.");
            }

            if (wave.Moments.All(one => one.Calls.Standing == CallsStanding.NotCompared))
            {
                Line(text, $"  No calls were compared.");
                continue;
            }

            Wave(text, wave, judging);
        }

        return text.ToString().TrimEnd();
    }

    private static string Follows(MetricThen then) => then switch
    {
        MetricThen.Fail => "fails the wave when that is proof",
        MetricThen.Ask => "makes the wave inconclusive when that is proof",
        _ => "decides nothing",
    };

    private static void Wave(StringBuilder text, JudgedWave wave, WaveJudging judging)
    {
        var last = wave.Moments[^1];
        Line(text, $"  the comparison: {last.Calls.Standing}. {last.Calls.Why}");
        if (last.Calls.BrokenLimit is { } limit)
        {
            Line(text, $"  a limit is broken: {limit}");
        }

        if (last.Calls.Missing is { } missing)
        {
            Line(text, $"  missing: {missing}");
        }

        if (wave.FirstWorse is { } worse)
        {
            Line(text, $"  first shown at {worse.At:HH:mm:ss}, after {worse.Calls.CandidateCalls} calls beside {worse.Calls.BaselineCalls}");
        }

        foreach (var change in Changes(last.Calls, judging))
        {
            Line(text, $"  what would have changed it: {change}");
        }

        text.AppendLine();
        Line(text, $"  {"time",-10}{"calls",9}{"beside",9}{"capital",12}  {(last.Calls.Methods is [var leading, ..] ? leading.Method : "")}");
        foreach (var moment in Some(wave.Moments))
        {
            Line(text, $"  {moment.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture),-10}{moment.Calls.CandidateCalls,9}{moment.Calls.BaselineCalls,9}{Capital(moment.Calls.Capital),12}  {Bounds(moment.Calls, last.Calls)}");
        }

        Line(text, $"  capital on its way to proof ({Capital(last.Calls.Proof)}):");
        Line(text, $"  |{Picture(wave.Moments)}|");
    }

    private static IEnumerable<string> Changes(ComparedCalls calls, WaveJudging judging)
    {
        if (calls.Standing != CallsStanding.Worse)
        {
            if (calls.Standing == CallsStanding.Open && calls.Capital < calls.Proof)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"evidence {calls.Proof / Math.Max(calls.Capital, double.Epsilon):0.#} times as strong would show it to be worse.");
            }

            yield break;
        }

        var chance = judging.FalseAlarms * calls.Proof / calls.Capital;
        yield return string.Create(CultureInfo.InvariantCulture, $"a chance of false alarms below {chance:0.##e+0} (falseAlarms) would have had to go on looking.");
        foreach (var difference in calls.Methods is [var leading, ..] ? leading.Differences : [])
        {
            var seen = difference.What == "failures" ? difference.Candidate - difference.Baseline : difference.Baseline > 0 ? difference.Candidate / difference.Baseline : 0;
            if (seen >= difference.Margin)
            {
                yield return difference.What == "failures"
                    ? string.Create(CultureInfo.InvariantCulture, $"failures that matter only from {seen:0.###%} more on (worseFailures) would have let it pass, as far as failures go.")
                    : string.Create(CultureInfo.InvariantCulture, $"a {difference.What} that matters only from {seen:0.##} times on would have let it pass, as far as that goes.");
            }
        }
    }

    private static string Bounds(ComparedCalls calls, ComparedCalls last)
    {
        var method = last.Methods is [var leading, ..] ? calls.Methods.FirstOrDefault(one => one.Method == leading.Method) : null;
        return method is null ? "" : string.Join("  ", method.Differences.Select(one => one.What == "failures"
            ? string.Create(CultureInfo.InvariantCulture, $"failures {100 * one.Lowest:+0.##;-0.##;0}..{100 * one.Highest:+0.##;-0.##;0} points")
            : string.Create(CultureInfo.InvariantCulture, $"{one.What} x{one.Lowest:0.##}..{one.Highest?.ToString("0.##", CultureInfo.InvariantCulture) ?? "?"}")));
    }

    /// <summary>The first, the last, and as many evenly between.</summary>
    private static IEnumerable<JudgedMoment> Some(IReadOnlyList<JudgedMoment> moments) =>
        Enumerable.Range(0, Math.Min(Rows, moments.Count)).Select(row => moments[moments.Count <= Rows ? row : (int)Math.Round(row * (moments.Count - 1.0) / (Rows - 1))]);

    private static string Picture(IReadOnlyList<JudgedMoment> moments) => string.Concat(
        Enumerable.Range(0, PictureWidth).Select(column =>
        {
            var calls = moments[(int)((long)column * moments.Count / PictureWidth)].Calls;
            var part = Math.Log(Math.Max(calls.Capital, 1)) / Math.Log(Math.Max(calls.Proof, 2));
            return Heights[(int)Math.Clamp(Math.Floor(part * (Heights.Length - 1)), 0, Heights.Length - 1)];
        }));

    private static string Capital(double capital) => capital < 1e6 ? capital.ToString("0.##", CultureInfo.InvariantCulture) : capital.ToString("0.#e+0", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
