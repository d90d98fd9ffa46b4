using System.Text.Json;
using Theseus.Control.Analysis;
using Theseus.Control.Upgrades;
using static Theseus.Control.Tests.Watching.WatchScene;

namespace Theseus.Control.Tests.Watching;

/// <summary>Which calls an upgrade is judged by, and that whoever judges it judges it by the same.</summary>
public sealed class WatchLaws
{
    private static readonly GradualParameters s_half = new() { Steps = [0.5, 1] };

    [Fact]
    public void AHarmOfTheCandidateIsSeenBesideTheOtherCallsOfItsNode()
    {
        var (scene, watch) = Begun(s_half, "n1");
        for (var i = 0; i < 10; i++)
        {
            scene.Count("n1", Candidate, 50, 20);
            scene.Call(watch, "n1", Stable, 50, 10);
            scene.Settle(watch);
        }

        var calls = watch.Compare(0);
        Assert.Equal((CallsStanding.Worse, 500, 500), (calls.Standing, calls.CandidateCalls, calls.BaselineCalls));
        Assert.True(calls.Capital >= calls.Proof);
    }

    [Fact]
    public void ReleasesThatAreTheSameAreShownToBeAsGood()
    {
        var (scene, watch) = Begun(s_half, "n1");
        for (var i = 0; i < 40; i++)
        {
            scene.Count("n1", Candidate, 500, 10);
            scene.Call(watch, "n1", Stable, 500, 10);
            scene.Settle(watch);
        }

        Assert.Equal(CallsStanding.AsGood, watch.Compare(0).Standing);
    }

    [Fact]
    public void WhoeverTakesOverComesToTheSameFromWhatIsStored()
    {
        var (scene, watch) = Begun(s_half, "n1");
        var stored = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            scene.Count("n1", Candidate, 20, 10 + i, failed: i % 2);
            scene.Call(watch, "n1", Stable, 20, 10);
            stored.AddRange(scene.Settle(watch).Select(piece => JsonSerializer.Serialize(piece, EvidenceJson.Default.CallEvidence)));
        }

        var other = new UpgradeWatch(scene.Upgrade.Plan!);
        stored.ForEach(piece => other.Add(JsonSerializer.Deserialize(piece, EvidenceJson.Default.CallEvidence)!));

        Assert.Equal(watch.Pieces, other.Pieces);
        Assert.Equal(JsonSerializer.Serialize(watch.Compare(0), UpgradeJson.Default.ComparedCalls), JsonSerializer.Serialize(other.Compare(0), UpgradeJson.Default.ComparedCalls));
        Assert.NotEqual(1, watch.Compare(0).Capital);
    }

    [Fact]
    public void MetricsAreStoredWithTheCallsAndWhoeverTakesOverComesToTheSame()
    {
        var judging = ParameterReader.ReadJudging(WaveJudging.Default, new Dictionary<string, string> { ["metric.queue"] = "instrument:queue" }, out _);
        var scene = new WatchScene(s_half with { Judging = judging }, "n1");
        var written = new WrittenMetrics();
        var watch = new UpgradeWatch(scene.Upgrade.Plan!, "u", written);
        watch.EndLoading();
        watch.Follow(scene.Upgrade, scene.Find);
        // While nodes go over they are not read.
        Assert.Null(written.Followed);
        Assert.Equal(MetricStanding.TooLittle, Assert.Single(watch.Compare(0).Metrics).Standing);
        scene.Upgrade = scene.Upgrade with { Phase = WavePhase.Observing };
        watch.Follow(scene.Upgrade, scene.Find);
        Assert.Equal(["queue"], written.Followed!.Metrics.Select(one => one.Name));

        var stored = new List<string>();
        for (var piece = 0; piece < 40; piece++)
        {
            written.Next = new() { Pairs = [new(10, 5), new(11, 5.5)], Before = piece == 0 ? [.. Enumerable.Range(0, 40).Select(one => new SeriesPair(one % 3, one % 2))] : null };
            stored.AddRange(scene.Settle(watch).Select(one => JsonSerializer.Serialize(one, EvidenceJson.Default.CallEvidence)));
        }

        // No call was compared, and the metric is.
        var compared = watch.Compare(0);
        Assert.Equal((CallsStanding.Open, MetricStanding.Worse), (compared.Standing, compared.Metrics[0].Standing));
        // Whoever takes it over, and reads what was before again, with less of it.
        var other = new UpgradeWatch(scene.Upgrade.Plan!, "u", written);
        stored.ForEach(piece => other.Add(JsonSerializer.Deserialize(piece, EvidenceJson.Default.CallEvidence)!));
        written.Next = new() { Pairs = [new(1, 1)] };
        other.EndLoading();
        other.Follow(scene.Upgrade, scene.Find);
        other.EndLoading();
        Assert.Equal(JsonSerializer.Serialize(compared, UpgradeJson.Default.ComparedCalls), JsonSerializer.Serialize(other.Compare(0), UpgradeJson.Default.ComparedCalls));
        Assert.Null(written.Next);

        watch.Follow(scene.Upgrade with { State = UpgradeState.Paused }, scene.Find);
        Assert.Null(written.Followed);
    }

    private sealed class WrittenMetrics : IWaveMetrics
    {
        public WatchedWave? Followed { get; private set; }

        public SeenMetric? Next { get; set; }

        public void Follow(string upgrade, WatchedWave? wave) => Followed = wave;

        public IReadOnlyDictionary<string, SeenMetric> Take(string upgrade)
        {
            var next = Next;
            Next = null;
            return next is null ? new Dictionary<string, SeenMetric>() : new Dictionary<string, SeenMetric> { ["queue"] = next };
        }
    }

    [Fact]
    public void WhatWasGatheredBesideWhoeverStoredItCountsOnce()
    {
        var (scene, first) = Begun(s_half, "n1");
        var (_, second) = Begun(scene);
        var stored = new List<CallEvidence>();
        void Call(int calls)
        {
            // Both control planes hear every report.
            var before = scene.Find("n1", "a");
            scene.Count("n1", Candidate, calls, 10);
            scene.Call(first, "n1", Stable, calls, 10);
            var now = scene.Find("n1", "a")!;
            second.Take("n1", _ => before, new() { Node = "n1", Incarnation = "1", StartedAt = Start, Sequence = 1, Components = [now] });
        }

        Call(30);
        stored.AddRange(scene.Settle(first));
        stored.ForEach(second.Add);
        second.EndLoading();
        Call(12);
        scene.Settle(second);

        Assert.Equal((42, 42), (second.Compare(0).CandidateCalls, second.Compare(0).BaselineCalls));
    }

    [Fact]
    public void WhatWasGatheredBeforeAnybodyStoredAnythingOfTheWaveCounts()
    {
        var (scene, watch) = Begun(s_half, "n1");
        scene.Count("n1", Candidate, 30, 10);
        scene.Call(watch, "n1", Stable, 30, 10);

        watch.EndLoading();
        scene.Settle(watch);

        Assert.Equal(30, watch.Compare(0).CandidateCalls);
    }

    [Fact]
    public void CallsOfBeforeTheShareWasTheWavesAreNotCompared()
    {
        var scene = new WatchScene(s_half, "n1");
        var watch = new UpgradeWatch(scene.Upgrade.Plan!);
        watch.Follow(scene.Upgrade, scene.Find);
        scene.Begin(watch, "n1", share: 0.1);
        scene.Call(watch, "n1", Candidate, 100, 10);
        // These too: they were split both ways, nobody knows how.
        scene.Count("n1", Candidate, 100, 10);
        scene.Begin(watch, "n1", share: 0.5);
        scene.Call(watch, "n1", Candidate, 7, 10);
        scene.Settle(watch);

        Assert.Equal(7, watch.Compare(0).CandidateCalls);
    }

    [Fact]
    public void FailuresCountAtOnceAndLatenciesWhenTheReleaseIsWarm()
    {
        var scene = new WatchScene(s_half with { Judging = new() { WarmUp = TimeSpan.FromSeconds(5) } }, "n1");
        var watch = new UpgradeWatch(scene.Upgrade.Plan!);
        watch.Follow(scene.Upgrade, scene.Find);
        scene.Begin(watch, "n1", 0.5, seconds: 4);
        scene.Count("n1", Candidate, 100, 1000, failed: 1);
        scene.Call(watch, "n1", Stable, 100, 10);
        var cold = Assert.Single(scene.Settle(watch), piece => piece.Kind == EvidenceKind.Beside).Methods[Method];
        scene.Begin(watch, "n1", 0.5, seconds: 5);
        scene.Count("n1", Candidate, 100, 1000, failed: 1);
        scene.Call(watch, "n1", Stable, 100, 10);
        var warm = Assert.Single(scene.Settle(watch)).Methods[Method];

        Assert.Equal((101, 1, 0), (cold.Candidate.Calls, cold.Candidate.Failures, cold.Candidate.Latency.Count));
        Assert.Equal((101, 1, 100), (warm.Candidate.Calls, warm.Candidate.Failures, warm.Candidate.Latency.Count));
        Assert.Equal((0, 100), (cold.Baseline.Latency.Count, warm.Baseline.Latency.Count));
    }

    [Fact]
    public void AWholeNodeIsJudgedBesideAsManyOthersAndNotTheRest()
    {
        var (scene, watch) = Begun(new CanaryParameters(), "n1", "n2", "n3", "n4");
        foreach (var other in (string[])["n2", "n3", "n4"])
        {
            scene.Call(watch, other, Stable, 10, 10);
        }

        scene.Call(watch, "n1", Candidate, 10, 10);
        scene.Settle(watch);

        Assert.Equal(["n2"], scene.Upgrade.CurrentWave.Baseline);
        Assert.Equal((10, 10), (watch.Compare(0).CandidateCalls, watch.Compare(0).BaselineCalls));
    }

    [Fact]
    public void ADifferenceThatTheNodesHadBeforeIsNotHeldAgainstTheRelease()
    {
        CallsStanding Standing(double before, out ComparedCalls calls)
        {
            var scene = new WatchScene(new CanaryParameters(), "n1", "n2");
            var watch = new UpgradeWatch(scene.Upgrade.Plan!);
            // The first node is the slower machine; or it was not, and is with the release alone.
            scene.Call(watch, "n1", Stable, 500, before);
            scene.Call(watch, "n2", Stable, 500, 10);
            watch.Follow(scene.Upgrade, scene.Find);
            scene.Begin(watch, "n1", 1);
            for (var i = 0; i < 10; i++)
            {
                scene.Call(watch, "n1", Candidate, 50, 20);
                scene.Call(watch, "n2", Stable, 50, 10);
                scene.Settle(watch);
            }

            calls = watch.Compare(0);
            return calls.Standing;
        }

        Assert.Equal(CallsStanding.Worse, Standing(before: 10, out _));
        Assert.Equal(CallsStanding.Open, Standing(before: 20, out var vetoed));
        Assert.True(vetoed.IsVetoed);
        Assert.Contains("before the candidate got its first call", vetoed.Why);
    }

    [Fact]
    public void ACandidateThatNobodyCallsWhileOthersAreCalledIsNotPassed()
    {
        var (scene, watch) = Begun(new CanaryParameters(), "n1", "n2");
        scene.Call(watch, "n2", Stable, 10, 10);
        scene.Settle(watch);

        Assert.Equal("The candidate took no calls, while the baseline took 10.", watch.Compare(0).Missing);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(5_000, true)]
    public void AHarmThatHasToBeSeenTakesEnoughCalls(int calls, bool isEnough)
    {
        var (scene, watch) = Begun(s_half with { Judging = new() { MustSeeFailures = 0.05 } }, "n1");
        scene.Count("n1", Candidate, calls, 10);
        scene.Call(watch, "n1", Stable, calls, 10);
        scene.Settle(watch);

        Assert.Equal(isEnough, watch.Compare(0).Missing is null);
    }

    [Fact]
    public void ALimitIsBrokenWhenThatIsShownAndNotWhenItSeemsSo()
    {
        ComparedCalls After(int failed)
        {
            var (scene, watch) = Begun(s_half with { Judging = new() { LimitFailures = 0.01 } }, "n1");
            scene.Count("n1", Candidate, 100 - failed, 10, failed);
            scene.Call(watch, "n1", Stable, 100 - failed, 10, failed);
            scene.Settle(watch);
            return watch.Compare(0);
        }

        Assert.Null(After(failed: 2).BrokenLimit);
        Assert.Contains("1% are allowed", After(failed: 20).BrokenLimit);
    }

    [Fact]
    public void TheCapitalStaysFromWaveToWaveAndWhatWasSeenBeginsAnew()
    {
        var (scene, watch) = Begun(s_half, "n1");
        scene.Count("n1", Candidate, 100, 11);
        scene.Call(watch, "n1", Stable, 100, 10);
        scene.Settle(watch);
        var capital = watch.Compare(0).Capital;

        scene.Upgrade = scene.Upgrade with { Wave = 1 };
        watch.Follow(scene.Upgrade, scene.Find);
        scene.Begin(watch, "n1", 1);
        scene.Call(watch, "n1", Candidate, 3, 10);
        scene.Settle(watch);

        Assert.NotEqual(1, capital);
        Assert.Equal((capital, 3, 0), (watch.Compare(1).Capital, watch.Compare(1).CandidateCalls, watch.Compare(1).BaselineCalls));
    }

    private static (WatchScene Scene, UpgradeWatch Watch) Begun(StrategyParameters parameters, params string[] nodes) => Begun(new WatchScene(parameters, nodes));

    private static (WatchScene Scene, UpgradeWatch Watch) Begun(WatchScene scene)
    {
        var watch = new UpgradeWatch(scene.Upgrade.Plan!);
        watch.Follow(scene.Upgrade, scene.Find);
        scene.Begin(watch, "n1", scene.Upgrade.CurrentWave.Activate[0].Share);
        return (scene, watch);
    }
}
