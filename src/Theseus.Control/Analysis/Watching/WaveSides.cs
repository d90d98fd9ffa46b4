using System.Collections.Frozen;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Analysis;

/// <summary>
/// Which calls of a wave are compared with which. Where its nodes send a share of their calls to the candidate, both sides are
/// on them: in the same processes, under the same load. Where they send all, the baseline is on as many other nodes, if there are
/// any that serve with the release from before. Immutable.
/// </summary>
/// <param name="Component">The component.</param>
/// <param name="Candidate">The release that is judged.</param>
/// <param name="Baseline">The release from before.</param>
/// <param name="CandidateNodes">Where the candidate's calls count.</param>
/// <param name="BaselineNodes">Where those of the release from before do.</param>
/// <param name="Share">The candidate's share of the calls of its nodes.</param>
internal sealed record WaveSides(string Component, ReleaseId Candidate, ReleaseId Baseline, FrozenSet<string> CandidateNodes, FrozenSet<string> BaselineNodes, double Share)
{
    /// <summary>Whether both sides are on the same nodes.</summary>
    public bool AreOnSameNodes => Share < 1;

    /// <summary>The candidate's share of the calls that are compared, about.</summary>
    public double ComparedShare => AreOnSameNodes ? Share : CandidateNodes.Count / (double)(CandidateNodes.Count + BaselineNodes.Count);

    /// <summary>Whether a metric tells the two sides apart: what a process uses does not tell which of two releases in it does.</summary>
    public bool AreToldApartBy(JudgedMetric metric) => BaselineNodes.Count > 0 && (!AreOnSameNodes || metric.Source == MetricSource.Instrument
        || (metric.Source == MetricSource.Prometheus && metric.Of.Contains("$release", StringComparison.Ordinal)));

    /// <summary>The sides of the wave that an upgrade is at; null for one whose release takes no calls.</summary>
    public static WaveSides? Of(UpgradeRecord upgrade) => Of(upgrade.Plan!, upgrade.CurrentWave, node => upgrade.LeftOut.All(one => one.Node != node));

    /// <summary>The sides of a wave; null for one whose release takes no calls.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="wave">The wave.</param>
    /// <param name="counts">Whether a node is counted on.</param>
    public static WaveSides? Of(UpgradePlan plan, PlanWave wave, Func<string, bool> counts)
    {
        if (wave.Activate.Count == 0 || wave.Activate[0].Share <= 0)
        {
            return null;
        }

        var share = wave.Activate[0].Share;
        var move = plan.MoveOf(wave.Component);
        var nodes = wave.Activate.Select(step => step.Node).Where(counts).ToFrozenSet(StringComparer.Ordinal);
        return new(wave.Component, move.To, move.From, nodes, share < 1 ? nodes : wave.Baseline.Where(counts).ToFrozenSet(StringComparer.Ordinal), share);
    }
}
