using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Analysis;

/// <summary>
/// Watches the calls of one upgrade's waves: gathers what nodes report into pieces of evidence, and analyses those that are
/// stored. Not thread-safe: the loop that drives the upgrade owns it.
/// </summary>
/// <remarks>
/// What is gathered counts only once it is stored, so that whoever takes the upgrade over judges by the same. What was gathered
/// and not stored is lost with its control plane; which calls those are has nothing to do with how they went.
/// </remarks>
internal sealed class UpgradeWatch
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    // A long watch needs pieces no finer than its length: so there are a few hundred, however long it lasts.
    private const int PiecesOfAWave = 64;

    private readonly Dictionary<string, ComponentAnalysis> _analyses = new(StringComparer.Ordinal);
    private readonly UpgradePlan _plan;
    private readonly HashSet<int> _known = [];
    private readonly string _upgrade;
    private readonly IWaveMetrics? _metrics;
    private WaveSides? _sides;
    private WaveGathering? _gathering;
    private CallEvidence? _before;
    private int _wave = -1;
    private DateTimeOffset _since;
    private DateTimeOffset _last;

    /// <summary>Begins, with nothing seen.</summary>
    /// <param name="plan">The upgrade's plan.</param>
    /// <param name="upgrade">The upgrade's id.</param>
    /// <param name="metrics">Who reads metrics; null where only what is stored is looked at.</param>
    public UpgradeWatch(UpgradePlan plan, string upgrade = "", IWaveMetrics? metrics = null)
    {
        (_plan, _upgrade, _metrics) = (plan, upgrade, metrics);
        foreach (var component in plan.Moves.Select(move => move.Component))
        {
            _analyses[component] = new(plan.Judging, plan.Moves.Count, plan.Waves.Count(wave => wave.Component == component));
        }
    }

    /// <summary>How many pieces were taken in.</summary>
    public long Pieces { get; private set; }

    /// <summary>Whether what was stored before has been taken in.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Follows an upgrade to where it stands now.</summary>
    /// <param name="upgrade">Its record.</param>
    /// <param name="find">A node's last word on a component; null when it was not heard of.</param>
    public void Follow(UpgradeRecord upgrade, Func<string, string, ComponentReport?> find)
    {
        if (upgrade.State != UpgradeState.InProgress || upgrade.Phase is not (WavePhase.Activating or WavePhase.Observing))
        {
            (_sides, _gathering, _before, _wave) = (null, null, null, -1);
            _metrics?.Follow(_upgrade, null);
            return;
        }

        if (upgrade.Wave != _wave)
        {
            _wave = upgrade.Wave;
            (_since, _last) = (upgrade.Since, upgrade.Since);
            _sides = WaveSides.Of(upgrade);
            _gathering = _sides is null ? null : new(_sides, _plan.Judging.WarmUp);
            _before = _sides is null ? null : Before(_sides, find, upgrade.Since);
        }

        // While nodes go over one by one, what they use is neither the one release's nor the other's.
        var isRead = upgrade.Phase == WavePhase.Observing && _sides is not null && _plan.Judging.Metrics is { Count: > 0 };
        _metrics?.Follow(_upgrade, isRead ? new WatchedWave(_wave, _sides!, _plan.Judging.Metrics!, upgrade.Since, _plan.Judging.WarmUp) : null);
    }

    /// <summary>Takes in what a node's calls were between two of its reports.</summary>
    public void Take(string node, Func<string, ComponentReport?> before, NodeReport now)
    {
        if (_sides is { } sides && now.Components.FirstOrDefault(one => one.Component == sides.Component) is { } report)
        {
            _gathering!.Take(node, before(sides.Component), report);
        }
    }

    /// <summary>The next piece of evidence that is to be stored and then added; null while there is none.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isLast">Whether the wave's time is over, so that all that was gathered counts.</param>
    public CallEvidence? Next(DateTimeOffset now, bool isLast)
    {
        if (_sides is null)
        {
            return null;
        }

        if (_before is not null && !_known.Contains(_wave))
        {
            return _before;
        }

        var apart = (now - _since) / PiecesOfAWave;
        if (!isLast && now - _last < (apart > s_shortest ? apart : s_shortest))
        {
            return null;
        }

        var seen = _metrics?.Take(_upgrade) is { Count: > 0 } some ? some : null;
        return seen is not null || _gathering!.Gathered.Count > 0
            ? new CallEvidence { Kind = EvidenceKind.Beside, Wave = _wave, Component = _sides.Component, At = now, Methods = _gathering!.TakeAll(), Metrics = seen }
            : null;
    }

    /// <summary>
    /// Says that all that is stored has been taken in. Where somebody has stored something of the wave already, what was gathered
    /// here meanwhile may be in that, and does not count: no call may count twice.
    /// </summary>
    public void EndLoading()
    {
        if (_known.Contains(_wave))
        {
            _gathering?.TakeAll();
            _metrics?.Take(_upgrade);
        }

        IsLoaded = true;
    }

    /// <summary>Takes in a piece that is stored.</summary>
    public void Add(CallEvidence evidence)
    {
        Pieces++;
        _known.Add(evidence.Wave);
        _last = evidence.At;
        if (_analyses.TryGetValue(evidence.Component, out var analysis))
        {
            analysis.Add(evidence);
        }
    }

    /// <summary>What the evidence on a wave comes to.</summary>
    /// <param name="wave">The wave.</param>
    public ComparedCalls Compare(int wave)
    {
        var of = _plan.Waves[wave];
        return WaveSides.Of(_plan, of, _ => true) is { } sides ? _analyses[of.Component].Compare(wave, sides) : ComparedCalls.None;
    }

    /// <summary>All calls of the release from before on both sides' nodes, since their processes started.</summary>
    private CallEvidence Before(WaveSides sides, Func<string, string, ComponentReport?> find, DateTimeOffset at)
    {
        var methods = new Dictionary<string, BothSides>(StringComparer.Ordinal);
        foreach (var node in sides.CandidateNodes)
        {
            Add(node, calls => sides.AreOnSameNodes ? new(SideCalls.None, calls) : new(calls, SideCalls.None));
        }

        foreach (var node in sides.AreOnSameNodes ? [] : (IEnumerable<string>)sides.BaselineNodes)
        {
            Add(node, calls => new(SideCalls.None, calls));
        }

        return new() { Kind = EvidenceKind.Before, Wave = _wave, Component = sides.Component, At = at, Methods = methods };

        void Add(string node, Func<SideCalls, BothSides> side)
        {
            foreach (var method in find(node, sides.Component)?.Calls.Where(one => one.Release == sides.Baseline).SelectMany(one => one.Methods) ?? [])
            {
                methods[method.Method] = methods.GetValueOrDefault(method.Method, BothSides.None).And(side(CallIncrements.Of(method)));
            }
        }
    }
}
