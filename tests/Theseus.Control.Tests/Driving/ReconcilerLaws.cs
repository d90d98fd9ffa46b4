using Theseus.Control.Upgrades;
using Theseus.Fleet;
using static Theseus.Control.Tests.Driving.Scenes;

namespace Theseus.Control.Tests.Driving;

/// <summary>What is decided from a record and from what nodes report, one case at a time.</summary>
public sealed class ReconcilerLaws
{
    private readonly Scenes _scene = new();

    private static NodeTaskResult Failed(UpgradeRecord upgrade, NodeTaskKind kind, string detail) =>
        new(new CellGoal(upgrade.Plan!.Moves[0], "node1", kind, Share: kind == NodeTaskKind.Activate ? 1 : 0).TaskId(upgrade), NodeTaskOutcome.Failed, "Broken", detail);

    [Fact]
    public void OnlyTheNodesOfWavesThatWereBegunAreTold()
    {
        var upgrade = Upgrade(UpgradeState.Preparing);

        var task = Assert.Single(_scene.Say("node1", Report()).Say("node2", Report()).Tasks(upgrade, 1));

        Assert.Equal(("node1", NodeTaskKind.Prepare, "u1", upgrade.Fence, Old, New), (task.Node, task.Kind, task.Upgrade, task.Fence, task.From, task.To));
        Assert.Equal(upgrade.Plan!.PrepareDeadline, task.Deadline);
    }

    [Fact]
    public void GoingBackTellsOnlyNodesThatMayHaveBeenTouchedAndOnEachWhatDependsOnOthersFirst()
    {
        // Waves: a on node1, a on node2, b on node1, b on node2; b depends on a. The third one was begun.
        var upgrade = Upgrade(UpgradeState.RollingBack, wave: 2, components: ["a", "b"]);
        Assert.Equal(
            [("node1", "b", NodeTaskKind.Revert), ("node2", "a", NodeTaskKind.Revert)],
            _scene.Tasks(upgrade, 1).Select(task => (task.Node, task.Component, task.Kind)).OrderBy(one => one.Node, StringComparer.Ordinal));

        _scene.Say("node1", Report("b", fence: upgrade.Fence));
        Assert.Equal([("node1", "a"), ("node2", "a")], _scene.Tasks(upgrade, 1).Select(task => (task.Node, task.Component)).Order());
        Assert.All(_scene.Tasks(upgrade with { Wave = 1 }, 1), task => Assert.Equal("a", task.Component));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void TheJudgeIsShownTheNodesThatNoWaveHasReachedYetBesideThoseOfTheWave(int wave, int beside)
    {
        // Waves: on node1, then on node2.
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Observing, wave: wave);
        _scene.Say("node1", Report(trial: New, fence: upgrade.Fence)).Say("node2", Report(trial: wave == 1 ? New : null, fence: upgrade.Fence));

        var evidence = Assert.IsType<Decision.Judge>(_scene.Decide(upgrade, 5)).Evidence;

        Assert.Equal(New, Assert.Single(evidence.Nodes).Trial?.Release);
        Assert.Equal(beside, evidence.Baseline.Count(report => report.Trial is null));
        Assert.DoesNotContain(evidence.Baseline, report => report.Trial is not null);
    }

    [Fact]
    public void ANodeThatIsSilentHoldsNoOtherBack()
    {
        var upgrade = Upgrade(UpgradeState.RollingBack, wave: 3, components: ["a", "b"]);
        _scene.Say("node1", Report("b", fence: upgrade.Fence)).Say("node1", Report("a", trial: New));

        Assert.Contains(_scene.Tasks(upgrade, 39), task => (task.Node, task.Component) == ("node1", "a"));
    }

    [Theory]
    [InlineData(UpgradeState.InProgress, WavePhase.Activating)]
    [InlineData(UpgradeState.InProgress, WavePhase.Observing)]
    [InlineData(UpgradeState.Confirming, WavePhase.Observing)]
    public void AReleaseThatWasTakenBackFromItsTrialHasFailedWhateverItsShareWasThen(UpgradeState state, WavePhase phase)
    {
        // Its trial was begun with another share, by an earlier wave.
        var upgrade = Upgrade(state, phase, wave: state == UpgradeState.Confirming ? 1 : 0);
        var earlier = new CellGoal(upgrade.Plan!.Moves[0], "node1", NodeTaskKind.Activate, Share: 0.01).TaskId(upgrade);
        _scene.Say("node1", Report(fence: upgrade.Fence, results: new NodeTaskResult(earlier, NodeTaskOutcome.Failed, "TrialFailed", "2 of 3 calls failed")));
        _scene.Say("node2", Report(confirmed: New, fence: upgrade.Fence));

        var change = _scene.Change(upgrade, 1);

        Assert.Equal((UpgradeState.RollingBack, UpgradeState.RolledBack), (change.Next.State, change.Next.EndsAs));
        Assert.Contains("2 of 3 calls failed", change.Why);
    }

    [Fact]
    public void ATrialMayLastAsLongAsThePlanAndAWeekMore()
    {
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Activating);
        var plan = upgrade.Plan! with { Waves = [.. upgrade.Plan!.Waves.Select(wave => wave with { Observe = TimeSpan.FromDays(2) })] };

        var task = Assert.Single(_scene.Say("node1", Report()).Tasks(upgrade with { Plan = plan }, 1));

        Assert.True(task.HoldAtMost > TimeSpan.FromDays(4 + 7), $"{task.HoldAtMost}");
    }

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, true, false, false)] // what is staged goes too
    [InlineData(true, false, true, false)] // and what is on trial
    [InlineData(true, false, false, true)]
    public void ANodeIsBackOnlyWithOurFenceAndWithNothingOfTheRelease(bool hasFence, bool staged, bool onTrial, bool isBack)
    {
        var upgrade = Upgrade(UpgradeState.RollingBack);
        _scene.Say("node1", Report(fence: hasFence ? upgrade.Fence : upgrade.Fence - 1, staged: staged ? New : null, trial: onTrial ? New : null));

        Assert.Equal(isBack, _scene.Decide(upgrade with { EndsAs = UpgradeState.RolledBack }, 1) is Decision.Change { Next.State: UpgradeState.RolledBack });
    }

    [Fact]
    public void WhatElseIsStagedByHandIsNotOurs()
    {
        var upgrade = Upgrade(UpgradeState.RollingBack) with { EndsAs = UpgradeState.RolledBack };

        Assert.Equal(UpgradeState.RolledBack, _scene.Say("node1", Report(fence: upgrade.Fence, staged: new("3.0.0", "d3"))).Change(upgrade, 1).Next.State);
    }

    [Fact]
    public void GoingBackEndsAtItsDeadlineAndNamesTheNodes()
    {
        var upgrade = Upgrade(UpgradeState.RollingBack, wave: 1) with { EndsAs = UpgradeState.RolledBack };
        _scene.Say("node1", Report(fence: upgrade.Fence));

        Assert.IsType<Decision.Wait>(_scene.Decide(upgrade, 39));
        var change = _scene.Change(upgrade, 40);

        Assert.Equal(UpgradeState.RollbackFailed, change.Next.State);
        Assert.Contains("node2", change.Next.Detail);
        Assert.DoesNotContain("node1", change.Next.Detail);
    }

    [Theory]
    [InlineData(FailureAction.RollBack, UpgradeState.RollingBack)]
    [InlineData(FailureAction.Freeze, UpgradeState.Paused)]
    [InlineData(FailureAction.RollForward, UpgradeState.Confirming)]
    public void AFailedConfirmDoesWhatWasChosen(FailureAction action, UpgradeState expected)
    {
        var upgrade = Upgrade(UpgradeState.Confirming, WavePhase.Observing, wave: 1, onFailure: action);
        _scene.Say("node1", Report(trial: New, fence: upgrade.Fence, results: Failed(upgrade, NodeTaskKind.Confirm, "no room on the disk")));
        _scene.Say("node2", Report(confirmed: New, fence: upgrade.Fence));

        var decision = _scene.Decide(upgrade, 1);

        // Whoever rolls forward tries again until the deadline.
        Assert.Equal(expected, decision is Decision.Change change ? change.Next.State : upgrade.State);
        if (action == FailureAction.RollForward)
        {
            Assert.Equal(UpgradeState.Paused, _scene.Change(upgrade, 40).Next.State);
        }
        else
        {
            Assert.Contains("no room on the disk", ((Decision.Change)decision).Next.Detail);
        }
    }

    [Theory]
    [InlineData(FailureAction.RollBack, UpgradeState.RollingBack, UpgradeState.Failed)]
    [InlineData(FailureAction.Freeze, UpgradeState.RollingBack, UpgradeState.Failed)] // nobody calls it yet: nothing to freeze
    public void AFailedPreparationIsUndone(FailureAction action, UpgradeState state, UpgradeState endsAs)
    {
        var upgrade = Upgrade(UpgradeState.Preparing, onFailure: action);

        var change = _scene.Say("node1", Report(results: Failed(upgrade, NodeTaskKind.Prepare, "it does not load"))).Change(upgrade, 1);

        Assert.Equal((state, endsAs), (change.Next.State, change.Next.EndsAs));
        Assert.Contains("it does not load", change.Why);
        Assert.Equal(upgrade.Turn + 1, change.Next.Turn);
    }

    [Fact]
    public void WhoeverRollsForwardTriesAFailedPreparationAgainUntilItsDeadline()
    {
        var upgrade = Upgrade(UpgradeState.Preparing, onFailure: FailureAction.RollForward);
        _scene.Say("node1", Report(results: Failed(upgrade, NodeTaskKind.Prepare, "it does not load")));

        Assert.Single(_scene.Tasks(upgrade, 59));
        Assert.Equal(UpgradeState.Paused, _scene.Change(upgrade, 60).Next.State);
    }

    [Fact]
    public void AFailedWaveOfOneWhoRollsForwardIsTheNext()
    {
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Observing, onFailure: FailureAction.RollForward);

        var change = UpgradeReconciler.AfterVerdict(upgrade, new(0, WaveJudgement.Fail, "faults", "2 faults"), At(1))!;

        Assert.Equal((UpgradeState.InProgress, 1, WavePhase.Preparing), (change.Next.State, change.Next.Wave, change.Next.Phase));
    }

    [Fact]
    public void AVerdictThatPassesCountsOnlyWhenTheWavesTimeIsOver()
    {
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Observing);
        var pass = new WaveVerdict(0, WaveJudgement.Pass, "nothing-against-it", "100 calls");

        Assert.Null(UpgradeReconciler.AfterVerdict(upgrade, pass, At(9.9)));
        var change = UpgradeReconciler.AfterVerdict(upgrade, pass, At(10))!;

        Assert.Equal(1, change.Next.Wave);
        Assert.Equal(pass, Assert.Single(change.Next.Verdicts));
    }

    [Fact]
    public void OfEachWaveTheLastVerdictIsKept()
    {
        var first = new WaveVerdict(0, WaveJudgement.Inconclusive, "minimum-calls", "few");
        var other = new WaveVerdict(1, WaveJudgement.Pass, "nothing-against-it", "of another wave");
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Observing) with { Verdicts = [other, first] };
        var last = new WaveVerdict(0, WaveJudgement.Fail, "faults", "2 faults");

        Assert.Equal([other, last], UpgradeReconciler.AfterVerdict(upgrade, last, At(1))!.Next.Verdicts);
    }

    [Fact]
    public void ANodeThatWasRestartedIsBroughtBackBeforeItsWaveCanPassAndNotWaitedForWithoutEnd()
    {
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Observing);
        _scene.Say("node1", Report());

        // While the wave is watched, it is judged and told at once.
        var watched = Assert.IsType<Decision.Judge>(_scene.Decide(upgrade, 5));
        Assert.Equal(("node1", NodeTaskKind.Activate), (watched.Waiting.Tasks[0].Node, watched.Waiting.Tasks[0].Kind));
        Assert.Single(_scene.Tasks(upgrade, 11));
        var late = _scene.Change(upgrade, 40);

        Assert.Equal(UpgradeState.RollingBack, late.Next.State);
        Assert.Contains("node1 did not come back in time", late.Why);
    }

    [Fact]
    public void ANodeWithOrdersFromAnotherDatabaseIsAFailureThatSaysSo()
    {
        var upgrade = Upgrade(UpgradeState.Preparing);

        var change = _scene.Say("node1", Report(fence: upgrade.Fence + 1)).Change(upgrade, 1);

        Assert.Contains("another database", change.Why);
    }

    [Fact]
    public void WhileItIsPausedNodesHearOfTheTurnUntilTheyHaveIt()
    {
        var upgrade = Upgrade(UpgradeState.Paused, wave: 1) with { ResumesAs = UpgradeState.InProgress, Turn = 2 };
        _scene.Say("node1", Report(fence: upgrade.Fence)).Say("node2", Report(fence: upgrade.Fence - 1));

        var task = Assert.Single(_scene.Tasks(upgrade, 1));

        Assert.Equal(("node2", NodeTaskKind.Report), (task.Node, task.Kind));
    }

    [Theory]
    [InlineData(0.5, false)] // another share than the wave's
    [InlineData(1, true)]
    public void AnActivationIsReachedWithTheWavesOwnShareAlone(double share, bool isReached)
    {
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Activating);

        var decision = _scene.Say("node1", Report(trial: New, share: share)).Decide(upgrade, 1);

        Assert.Equal(isReached, decision is Decision.Change { Next.Phase: WavePhase.Observing });
    }

    [Fact]
    public void AConfirmedReleaseThatIsStillCalledOnTrialIsNotConfirmed()
    {
        var upgrade = Upgrade(UpgradeState.Confirming, WavePhase.Observing, wave: 1);
        _scene.Say("node1", Report(confirmed: New, trial: New)).Say("node2", Report(confirmed: New));

        Assert.Equal("node1", Assert.Single(_scene.Tasks(upgrade, 1)).Node);
        Assert.Equal(WavePhase.Retiring, _scene.Say("node1", Report(confirmed: New)).Change(upgrade, 1).Next.Phase);
    }
}
