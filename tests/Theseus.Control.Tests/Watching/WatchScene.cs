using Theseus.Control.Analysis;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Tests.Watching;

/// <summary>An upgrade from 1.0.0 to 2.0.0 whose nodes report what calls they are told to have taken.</summary>
internal sealed class WatchScene
{
    public const string Method = "M()";

    public static readonly ReleaseId Stable = new("1.0.0", "d1");
    public static readonly ReleaseId Candidate = new("2.0.0", "d2");

    private readonly Dictionary<string, ComponentReport> _reports = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, ReleaseId Release), MethodCalls> _calls = [];
    private long _sequence;

    public WatchScene(StrategyParameters parameters, params string[] nodes)
    {
        var request = new UpgradeRequest { Targets = [new("a", "2.0.0")], Parameters = parameters, RequestedBy = "operator" };
        var plan = UpgradePlanner.Plan(request, [new("a", Stable, Candidate)], _ => [.. nodes.Select(node => new PlannedNode(node, ""))]);
        Upgrade = new() { Id = "u", Request = request, Plan = plan, State = UpgradeState.InProgress, Phase = WavePhase.Activating, Since = Start, RequestedAt = Start };
        foreach (var node in nodes)
        {
            _reports[node] = new() { Component = "a", Contract = "IA" };
        }
    }

    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public UpgradeRecord Upgrade { get; set; }

    public DateTimeOffset Now { get; set; } = Start;

    public ComponentReport? Find(string node, string component) => _reports.GetValueOrDefault(node);

    /// <summary>A node takes calls of a release, each as long, and then reports.</summary>
    public void Call(UpgradeWatch watch, string node, ReleaseId release, int answered, double milliseconds, int failed = 0) =>
        Report(watch, node, () => Count(node, release, answered, milliseconds, failed));

    /// <summary>A node takes calls of a release, and does not report it yet.</summary>
    public void Count(string node, ReleaseId release, int answered, double milliseconds, int failed = 0)
    {
        var known = _calls.GetValueOrDefault((node, release)) ?? new MethodCalls { Method = Method, Answered = 0 };
        var bucket = LatencyBuckets.IndexOf(TimeSpan.FromMilliseconds(milliseconds));
        _calls[(node, release)] = known with
        {
            Answered = known.Answered + answered,
            Failures = new Dictionary<string, long> { ["E"] = known.Failed + failed },
            Latency = answered == 0 ? known.Latency : known.Latency.Merge(LatencySketch.FromBuckets([new(bucket, answered)])),
        };
    }

    /// <summary>A node has the candidate on trial from now on, for so long already.</summary>
    public void Begin(UpgradeWatch watch, string node, double share, double seconds = 60) => Report(watch, node, () => _reports[node] = _reports[node] with
    {
        Trial = new() { Release = Candidate, Share = share, Elapsed = TimeSpan.FromSeconds(seconds), Candidate = new(0, 0, default, default), Stable = new(0, 0, default, default) },
    });

    /// <summary>Takes in whatever is due, as the loop does that stores it.</summary>
    public List<CallEvidence> Settle(UpgradeWatch watch)
    {
        var pieces = new List<CallEvidence>();
        Now += TimeSpan.FromSeconds(1);
        while (watch.Next(Now, isLast: true) is { } next)
        {
            watch.Add(next);
            pieces.Add(next);
        }

        return pieces;
    }

    private void Report(UpgradeWatch watch, string node, Action change)
    {
        var before = _reports[node];
        change();
        _reports[node] = _reports[node] with
        {
            Calls = [.. _calls.Where(one => one.Key.Node == node).Select(one => new GenerationCalls(one.Key.Release, one.Key.Release == Stable ? 1 : 2, [one.Value]))],
        };
        watch.Take(node, _ => before, new NodeReport { Node = node, Incarnation = "1", StartedAt = Start, Sequence = ++_sequence, Components = [_reports[node]] });
    }
}
