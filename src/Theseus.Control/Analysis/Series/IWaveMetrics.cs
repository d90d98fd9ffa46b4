using System.Text.Json.Serialization;

namespace Theseus.Control.Analysis;

/// <summary>What was seen of one metric of a wave since it was asked for last. Immutable.</summary>
public sealed record SeenMetric
{
    /// <summary>The values of both sides, the oldest first.</summary>
    public IReadOnlyList<SeriesPair> Pairs { get; init => field = value ?? []; } = [];

    /// <summary>What the nodes of the two sides had before the wave, the oldest first; null where that was told, or is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SeriesPair>? Before { get; init; }

    /// <summary>How many values came that were no finite numbers, and so are not among the others.</summary>
    public long Odd { get; init; }

    /// <summary>Why there is no value, in words; empty where there is one.</summary>
    public string Fault { get; init => field = value ?? ""; } = "";
}

/// <summary>Reads the metrics that waves are judged by, aside of who judges. Thread-safe.</summary>
internal interface IWaveMetrics
{
    /// <summary>Says which wave of an upgrade is watched now; null for none. To say the same again changes nothing.</summary>
    void Follow(string upgrade, WatchedWave? wave);

    /// <summary>What was seen of an upgrade's metrics since this was asked last, by name: of those of which something was.</summary>
    IReadOnlyDictionary<string, SeenMetric> Take(string upgrade);
}
