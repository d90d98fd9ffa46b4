using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>What the monitor has seen of the nodes of a wave's two sides. Each of its looks counts once. Not thread-safe.</summary>
internal sealed class NodeValues(PerformanceMonitor monitor, JudgedMetric metric, WatchedWave wave)
{
    private static readonly TimeSpan s_before = TimeSpan.FromHours(1);

    private DateTimeOffset _last = wave.Since + wave.WarmUp;

    /// <summary>What it was before the wave.</summary>
    public IReadOnlyList<SeriesPair> Before() => [.. Pairs(s_before).Where(one => one.At <= wave.Since).Select(one => one.Pair)];

    /// <summary>What came since the reading before.</summary>
    public IReadOnlyList<SeriesPair> Read(DateTimeOffset now)
    {
        var news = Pairs(now - _last + monitor.Interval).Where(one => one.At > _last).ToList();
        _last = news is [.., var newest] ? newest.At : _last;
        return [.. news.Select(one => one.Pair)];
    }

    private IEnumerable<(DateTimeOffset At, SeriesPair Pair)> Pairs(TimeSpan window)
    {
        var candidate = Means(wave.Sides.CandidateNodes, window);
        // In one process nobody can tell which of two releases uses what.
        var baseline = wave.Sides.AreOnSameNodes ? null : Means(wave.Sides.BaselineNodes, window);
        return
            from one in candidate
            orderby one.Key
            where baseline is null or { Count: 0 } || baseline.ContainsKey(one.Key)
            select (one.Key, new SeriesPair(one.Value, baseline is { Count: > 0 } ? baseline[one.Key] : null));
    }

    private Dictionary<DateTimeOffset, double> Means(IEnumerable<string> nodes, TimeSpan window) =>
        nodes.SelectMany(node => monitor.Read(new SeriesId(metric.Of, node), window)).GroupBy(point => point.At).ToDictionary(look => look.Key, look => look.Average(point => point.Value));
}
