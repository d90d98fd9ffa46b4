using System.Text.RegularExpressions;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Analysis;

/// <summary>What a Prometheus knows of a wave's two sides. Asked at intervals, for each value counts. Not thread-safe.</summary>
internal sealed class PrometheusValues(PrometheusServer server, TimeSpan step, JudgedMetric metric, WatchedWave wave)
{
    private static readonly TimeSpan s_before = TimeSpan.FromHours(1);

    private DateTimeOffset _next = wave.Since + wave.WarmUp;

    private bool HasBaseline => wave.Sides.AreToldApartBy(metric);

    /// <summary>What it was before the wave, with the release from before on all nodes; empty where the sides cannot be told apart by their nodes.</summary>
    /// <exception cref="MetricException">The server cannot be asked.</exception>
    public async Task<IReadOnlyList<SeriesPair>> BeforeAsync(CancellationToken cancellationToken)
    {
        if (!HasBaseline || wave.Sides.AreOnSameNodes)
        {
            return [];
        }

        var (candidate, baseline) = (await RangeAsync(wave.Sides.CandidateNodes).ConfigureAwait(false), await RangeAsync(wave.Sides.BaselineNodes).ConfigureAwait(false));
        return [.. candidate.Where(one => baseline.ContainsKey(one.Key)).OrderBy(one => one.Key).Select(one => new SeriesPair(one.Value, baseline[one.Key]))];

        Task<IReadOnlyDictionary<long, double>> RangeAsync(IEnumerable<string> nodes) =>
            server.QueryRangeAsync(Query(nodes, wave.Sides.Baseline), wave.Since - s_before, wave.Since, step, cancellationToken);
    }

    /// <summary>What it is now, where it is time to ask; null where it is not, or there is no value.</summary>
    /// <exception cref="MetricException">The server cannot be asked, or there is no value on one side alone.</exception>
    public async Task<SeriesPair?> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now < _next)
        {
            return null;
        }

        _next = now + step;
        var candidate = await server.QueryAsync(Query(wave.Sides.CandidateNodes, wave.Sides.Candidate), cancellationToken).ConfigureAwait(false);
        var baseline = HasBaseline ? await server.QueryAsync(Query(wave.Sides.BaselineNodes, wave.Sides.Baseline), cancellationToken).ConfigureAwait(false) : null;
        return candidate is null || (HasBaseline && baseline is null)
            ? throw new MetricException($"Prometheus has no value for {(candidate is null ? "the candidate's side" : "the baseline's side")}.")
            : new SeriesPair(candidate.Value, baseline);
    }

    // What the names of nodes are made of is safe in a query's string but for what a regular expression means otherwise.
    private string Query(IEnumerable<string> nodes, ReleaseId release) => metric.Of
        .Replace("$nodes", string.Join('|', nodes.Order(StringComparer.Ordinal).Select(node => Regex.Escape(node).Replace("\\", "\\\\", StringComparison.Ordinal))), StringComparison.Ordinal)
        .Replace("$release", release.Version, StringComparison.Ordinal);
}
