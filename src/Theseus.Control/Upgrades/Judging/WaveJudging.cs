using System.Text.Json.Serialization;

namespace Theseus.Control.Upgrades;

/// <summary>By what an upgrade's waves are judged. Immutable; the defaults are for production.</summary>
public sealed record WaveJudging
{
    /// <summary>The default.</summary>
    public static WaveJudging Default { get; } = new();

    /// <summary>The chance that a release that is the same as the one before is ever held to be worse, over the whole upgrade and all of its waves. Above 0, at most 0.5. Default 0.01.</summary>
    public double FalseAlarms { get; init; } = 0.01;

    /// <summary>The chance that a difference that matters is ever taken for none, for <see cref="PassEarlyAfter"/>. Above 0, at most 0.5. Default 0.01.</summary>
    public double FalsePasses { get; init; } = 0.01;

    /// <summary>How long a release is on a node before the latency of its calls counts: the first ones compile it, and fill its caches. Failures count at once. Default 2 s.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How much more of the calls has to fail to matter, as a share of all. Calls that their callers gave up count as failed. Above 0, at most 1. Default 0.005.</summary>
    public double WorseFailures { get; init; } = 0.005;

    /// <summary>How many times as long the median of a method's latency has to be to matter. Above 1. Default 1.1.</summary>
    public double WorseMedian { get; init; } = 1.1;

    /// <summary>The same for the 95th percentile. Default 1.25.</summary>
    public double WorseP95 { get; init; } = 1.25;

    /// <summary>The same for the 99th percentile. Default 1.5.</summary>
    public double WorseP99 { get; init; } = 1.5;

    /// <summary>How much longer a quantile of the latency has to be as well, to matter. Default 1 µs.</summary>
    public TimeSpan WorseLatencyBy { get; init; } = TimeSpan.FromMicroseconds(1);

    /// <summary>The share of the candidate's calls of a method that may fail, whatever the baseline does; null, the default, for no such limit.</summary>
    public double? LimitFailures { get; init; }

    /// <summary>What the median of the candidate's latency may be in any method, whatever the baseline's is; null, the default, for no such limit.</summary>
    public TimeSpan? LimitMedian { get; init; }

    /// <summary>The same for the 95th percentile.</summary>
    public TimeSpan? LimitP95 { get; init; }

    /// <summary>The same for the 99th percentile.</summary>
    public TimeSpan? LimitP99 { get; init; }

    /// <summary>
    /// How many more of the calls would have to fail, as a share of all, for a wave to be sure to see it: one that saw fewer calls
    /// than that takes is inconclusive. Null, the default, to ask for no such proof.
    /// </summary>
    public double? MustSeeFailures { get; init; }

    /// <summary>How many times as long calls would have to take for a wave to be sure to see it; above 1. Null, the default, to ask for no such proof.</summary>
    public double? MustSeeTimes { get; init; }

    /// <summary>How much longer than its time a wave is watched while it is inconclusive, before the plan's answer to that is taken. Default: not at all.</summary>
    public TimeSpan ExtendFor { get; init; }

    /// <summary>
    /// From when on a wave may end before its time, if every difference to the baseline is shown to be smaller than what
    /// matters. Null, the default, for never: some harms take time whatever the calls look like.
    /// </summary>
    public TimeSpan? PassEarlyAfter { get; init; }

    /// <summary>How many metrics an upgrade's waves are judged by at most.</summary>
    public const int MostMetrics = 20;

    /// <summary>
    /// What else waves are judged by, beside the calls: what nodes use, what the component measures, what a Prometheus knows; by
    /// name, at most <see cref="MostMetrics"/>. Null, the default, for nothing. The calls, their limits
    /// and the metrics share <see cref="FalseAlarms"/> equally, as far as they are asked for, and the metrics their part among them.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JudgedMetric>? Metrics { get; init; }

    /// <summary>What the comparison goes by.</summary>
    [JsonIgnore]
    internal Analysis.Margins Margins => new()
    {
        Failures = WorseFailures,
        Floor = WorseLatencyBy,
        Latency = [(0.5, WorseMedian), (0.95, WorseP95), (0.99, WorseP99)],
    };
}
