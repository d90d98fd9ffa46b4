using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Analysis;

/// <summary>What an instrument of the component's own code says on a wave's two sides, from report to report. Not thread-safe.</summary>
internal sealed class InstrumentValues(JudgedMetric metric, WatchedWave wave)
{
    private readonly Dictionary<(string Node, bool IsCandidate), Reading> _before = [];

    /// <summary>What it is now, on the nodes that have reported since the reading before; null where one side has none.</summary>
    public SeriesPair? Read(IReadOnlyList<NodeStatus> nodes)
    {
        var candidate = Side(nodes, wave.Sides.CandidateNodes, wave.Sides.Candidate, isCandidate: true);
        var hasBaseline = wave.Sides.BaselineNodes.Count > 0;
        var baseline = hasBaseline ? Side(nodes, wave.Sides.BaselineNodes, wave.Sides.Baseline, isCandidate: false) : null;
        return candidate is null || (hasBaseline && baseline is null) ? null : new SeriesPair(candidate.Value, baseline);
    }

    private double? Side(IReadOnlyList<NodeStatus> nodes, IReadOnlySet<string> which, ReleaseId release, bool isCandidate)
    {
        var values = nodes.Where(node => which.Contains(node.Name)).Select(node => Of(node, release, isCandidate)).OfType<double>().ToList();
        return values.Count == 0 ? null : values.Average();
    }

    private double? Of(NodeStatus node, ReleaseId release, bool isCandidate)
    {
        var readings = node.Report?.Components.FirstOrDefault(one => one.Component == wave.Sides.Component)?.Instruments
            .Where(one => one.Release == release && (one.Instrument == metric.Of || $"{one.Meter}/{one.Instrument}" == metric.Of)).ToList();
        if (readings is null or [])
        {
            return null;
        }

        var now = new Reading(node.Report!.Sequence, node.HeardAt, readings.Max(one => one.Generation), readings.Sum(one => one.Count), readings.Sum(one => one.Sum));
        var isKnown = _before.TryGetValue((node.Name, isCandidate), out var before) && before!.Generation == now.Generation && before.Count <= now.Count;
        if (isKnown && before!.Sequence == now.Sequence)
        {
            return null;
        }

        _before[(node.Name, isCandidate)] = now;
        var seconds = isKnown ? (now.At - before!.At).TotalSeconds : 0;
        return readings[0].Kind switch
        {
            InstrumentKind.Gauge => readings.Average(one => one.Last),
            InstrumentKind.UpDownCounter => now.Sum,
            InstrumentKind.Counter => seconds > 0 ? (now.Sum - before!.Sum) / seconds : null,
            _ => isKnown && now.Count > before!.Count ? (now.Sum - before.Sum) / (now.Count - before.Count) : null,
        };
    }

    private sealed record Reading(long Sequence, DateTimeOffset At, int Generation, long Count, double Sum);
}
