using System.Text.Json;
using System.Text.Json.Serialization;
using Theseus.Demo.Load;

namespace Theseus.Demo.Report;

/// <summary>What the demo reports: <c>docs/reference/demo-report.md</c> says what each member means.</summary>
internal sealed record DemoReport
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public required bool Ok { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required double DurationSeconds { get; init; }

    public required int RequestsPerSecond { get; init; }

    public required long Requests { get; init; }

    public required long FailedCalls { get; init; }

    /// <summary>The first few failures, in words.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    public required IReadOnlyList<ActReport> Acts { get; init; }

    /// <summary>What came of a run. It is well only if every act ended as it should and no call failed, be it within an act or between two.</summary>
    public static DemoReport Of(int rate, DateTimeOffset startedAt, TimeSpan duration, LoadRecording recording, IReadOnlyList<ActReport> acts)
    {
        var (sent, failed) = recording.Totals;
        return new DemoReport
        {
            Ok = failed == 0 && acts.All(act => act.AsExpected),
            StartedAt = startedAt,
            DurationSeconds = Math.Round(duration.TotalSeconds, 1),
            RequestsPerSecond = rate,
            Requests = sent,
            FailedCalls = failed,
            Failures = [.. recording.Between(0, long.MaxValue).Where(sample => sample.Fault is not null).Take(10).Select(sample => sample.Fault!)],
            Acts = acts,
        };
    }

    /// <summary>What the program ends with: 0 if all was well, 1 otherwise.</summary>
    [JsonIgnore]
    public int ExitCode => Ok ? 0 : 1;

    public string ToJson() => JsonSerializer.Serialize(this, s_json);
}

/// <summary>What came of one act.</summary>
internal sealed record ActReport
{
    public required string Name { get; init; }

    public required string Strategy { get; init; }

    /// <summary>The upgrade's id in the control plane's record.</summary>
    public required string Upgrade { get; init; }

    public required int Nodes { get; init; }

    public required string Component { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string Outcome { get; init; }

    public required string ExpectedOutcome { get; init; }

    public required bool AsExpected { get; init; }

    /// <summary>Why it ended so, and what of it was not as expected; empty when there is nothing to say.</summary>
    public required string Detail { get; init; }

    /// <summary>How each wave was judged, and why.</summary>
    public required IReadOnlyList<VerdictReport> Verdicts { get; init; }

    public required string ServesNow { get; init; }

    public required long Requests { get; init; }

    public required long FailedCalls { get; init; }

    /// <summary>The calls that failed on the release on trial and were answered by the stable one.</summary>
    public required long ShieldedCalls { get; init; }

    public required double CriticalSectionMs { get; init; }

    public required long StateBytes { get; init; }

    public required LatencyPhases LatencyMs { get; init; }

    public required double? DrainMs { get; init; }

    public required double? UnloadMs { get; init; }

    public required bool OldGenerationGone { get; init; }

    /// <summary>How the generation that had to go went, or what keeps it.</summary>
    public required string Retirement { get; init; }

    public required IReadOnlyList<StepReport> Steps { get; init; }

    /// <summary>What came of killing the control plane that drove the upgrade; null where none was killed.</summary>
    public TakeoverReport? Takeover { get; init; }

    /// <summary>The counts of the stateful act; null in the others.</summary>
    public CountsReport? Counts { get; init; }
}

internal sealed record LatencyPhases(LatencySummary Before, LatencySummary During, LatencySummary After);

/// <param name="Wave">The wave, from 1.</param>
/// <param name="Judgement">What it was judged to be.</param>
/// <param name="Rule">The rule that was decisive.</param>
/// <param name="Why">What was looked at, in words.</param>
internal sealed record VerdictReport(int Wave, string Judgement, string Rule, string Why);

internal sealed record StepReport(string Step, double Ms);

/// <param name="Killed">The control plane that was killed.</param>
/// <param name="Wave">The wave in which it was, from 1.</param>
/// <param name="GoneOnAfterSeconds">After what time another had gone on with the upgrade; null when none did.</param>
internal sealed record TakeoverReport(string Killed, int Wave, double? GoneOnAfterSeconds);

/// <param name="GrantedByAnswers">The permits that answers to the load said were given.</param>
/// <param name="GrantedByComponent">The permits that the component counts, after it was upgraded under way.</param>
/// <param name="ClientsThatDiffer">For how many clients the two are not equal.</param>
internal sealed record CountsReport(long GrantedByAnswers, long GrantedByComponent, int ClientsThatDiffer)
{
    [JsonIgnore]
    public bool AreIntact => GrantedByAnswers == GrantedByComponent && ClientsThatDiffer == 0 && GrantedByAnswers > 0;

    public static CountsReport Compare(IReadOnlyDictionary<string, long> answers, IReadOnlyDictionary<string, long> component) => new(
        answers.Values.Sum(),
        component.Values.Sum(),
        answers.Keys.Union(component.Keys, StringComparer.Ordinal).Count(client => answers.GetValueOrDefault(client) != component.GetValueOrDefault(client)));
}
