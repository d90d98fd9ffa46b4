using Theseus.Control.Upgrades;
using Theseus.Fleet;
using static Theseus.Control.Tests.Driving.Scenes;

namespace Theseus.Control.Tests.Driving;

/// <summary>What an upgrade does about nodes that are lost: by its rule, and at once.</summary>
public sealed class LostNodeLaws
{
    private readonly Scenes _scene = new();

    /// <summary>Of one wave with both nodes, of which some may be lost.</summary>
    private static UpgradeRecord Together(UpgradeState state, WavePhase phase, string lostNodes = "0", FailureAction onFailure = FailureAction.RollBack)
    {
        var upgrade = Upgrade(state, phase, onFailure: onFailure);
        var request = upgrade.Request with { Parameters = new ImmediateParameters { Observe = TimeSpan.FromSeconds(10), SettleDeadline = TimeSpan.FromSeconds(40), LostNodes = Amount.TryParse(lostNodes, out var amount) ? amount : default } };
        return upgrade with { Request = request, Plan = UpgradePlanner.Plan(request, upgrade.Plan!.Moves, _ => [new("node1", "east"), new("node2", "west")]) };
    }

    private static string[] Names(UpgradeRecord upgrade) => [.. upgrade.LeftOut.Select(one => one.Node)];

    [Theory]
    [InlineData(WavePhase.Preparing, FailureAction.RollBack, UpgradeState.RollingBack)]
    [InlineData(WavePhase.Activating, FailureAction.RollBack, UpgradeState.RollingBack)]
    [InlineData(WavePhase.Observing, FailureAction.RollBack, UpgradeState.RollingBack)]
    [InlineData(WavePhase.Observing, FailureAction.Freeze, UpgradeState.Paused)]
    [InlineData(WavePhase.Activating, FailureAction.RollForward, UpgradeState.Paused)]
    [InlineData(WavePhase.Observing, FailureAction.RollForward, UpgradeState.Confirming)]
    public void AWaveThatLosesANodeFailsAtOnceAndDoesWhatWasChosen(WavePhase phase, FailureAction onFailure, UpgradeState expected)
    {
        var upgrade = Together(UpgradeState.InProgress, phase, onFailure: onFailure);
        // Its last word was a good one.
        _scene.Say("node1", Report(trial: New)).Say("node2", Report(trial: New)).Lose("node2");

        var change = _scene.Change(upgrade, 1);

        Assert.Equal(expected, change.Next.State);
        Assert.Contains("node2 is lost", change.Why);
        Assert.Contains("0 of its 2 nodes may be lost", change.Why);
        Assert.Equal(["node2"], Names(change.Next));
    }

    [Fact]
    public void ANodeOfAWaveThatWasNotBegunIsNoReasonYet()
    {
        var upgrade = Upgrade(UpgradeState.Preparing);
        _scene.Say("node1", Report()).Lose("node2");

        Assert.Equal("node1", Assert.Single(_scene.Tasks(upgrade, 1)).Node);
        Assert.Equal(UpgradeState.RollingBack, _scene.Change(upgrade with { Wave = 1 }, 1).Next.State);
    }

    [Fact]
    public void ANodeOfAnEarlierWaveThatIsLostFailsTheUpgradeToo()
    {
        var upgrade = Upgrade(UpgradeState.InProgress, WavePhase.Observing, wave: 1);

        Assert.Contains("Wave 1", _scene.Lose("node1").Change(upgrade, 1).Why);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("50%", true)]
    [InlineData("49%", false)] // rounded down
    [InlineData("0", false)]
    public void WithinItsAllowanceAWaveGoesOnWithoutTheNodeAndTheRecordSaysSo(string lostNodes, bool goesOn)
    {
        var upgrade = Together(UpgradeState.Preparing, WavePhase.Preparing, lostNodes);
        _scene.Say("node1", Report(staged: New)).Lose("node2");

        var change = _scene.Change(upgrade, 1);

        Assert.Equal(goesOn ? UpgradeState.Preparing : UpgradeState.RollingBack, change.Next.State);
        if (goesOn)
        {
            Assert.Equal(["node2"], Names(change.Next));
            // Stored first, and then acted upon: ready on the node that is there.
            Assert.Equal(WavePhase.Activating, _scene.Change(change.Next, 1).Next.Phase);
        }
    }

    [Fact]
    public void ANodeThatIsBackIsBroughtIn()
    {
        var upgrade = Together(UpgradeState.InProgress, WavePhase.Observing, "1") with { LeftOut = [new("node2", Start, "is lost")] };
        _scene.Say("node1", Report(trial: New)).Say("node2", Report());

        var change = _scene.Change(upgrade, 1);

        Assert.Empty(change.Next.LeftOut);
        Assert.Contains("node2", change.Why);
        var wait = Assert.IsType<Decision.Judge>(_scene.Decide(change.Next, 1)).Waiting;
        Assert.Equal(("node2", NodeTaskKind.Activate), (Assert.Single(wait.Tasks).Node, wait.Tasks[0].Kind));
    }

    [Fact]
    public void WhatSomebodyResumedWithoutANodeDoesNotFailForItAgain()
    {
        var failed = _scene.Say("node1", Report(staged: New)).Lose("node2").Change(Together(UpgradeState.InProgress, WavePhase.Activating, onFailure: FailureAction.Freeze), 1).Next;
        Assert.Equal(UpgradeState.Paused, failed.State);

        var resumed = UpgradeTurns.Resume(failed, "on without it", At(2)).Next;

        Assert.Equal("node1", Assert.Single(_scene.Tasks(resumed, 3)).Node);
        Assert.Equal(UpgradeState.Paused, _scene.Lose("node1").Change(resumed, 3).Next.State);
    }

    [Fact]
    public async Task AWaveThatLostAllOfItsNodesIsNoPass()
    {
        var upgrade = Together(UpgradeState.InProgress, WavePhase.Observing, "2") with { LeftOut = [new("node1", Start, "is lost"), new("node2", Start, "is lost")] };
        _scene.Lose("node1").Lose("node2").Say("node1", Report(trial: New)).Say("node2", Report(trial: New));

        var judged = Assert.IsType<Decision.Judge>(_scene.Decide(upgrade, 11));

        Assert.Empty(judged.Evidence.Nodes);
        Assert.Equal(WaveJudgement.Inconclusive, (await new HealthJudge().JudgeAsync(judged.Evidence, default)).Judgement);
    }

    [Theory]
    [InlineData(false, UpgradeState.RolledBack, "never told to confirm")]
    [InlineData(true, UpgradeState.RollbackFailed, "may have confirmed")]
    public void GoingBackWaitsForNoLostNodeAndSaysWhatItWouldServe(bool wasConfirming, UpgradeState expected, string why)
    {
        var from = wasConfirming ? Together(UpgradeState.Confirming, WavePhase.Observing) : Together(UpgradeState.InProgress, WavePhase.Observing);
        var upgrade = UpgradeTurns.RollBack(from, UpgradeState.RolledBack, "It was bad.", At(0)).Next;
        _scene.Say("node1", Report(fence: upgrade.Fence)).Say("node2", Report(trial: New)).Lose("node2");

        var ended = _scene.Change(_scene.Change(upgrade, 1).Next, 1).Next;

        Assert.Equal(expected, ended.State);
        Assert.Equal(["node2"], Names(ended));
        Assert.Contains("It was bad.", ended.Detail);
        Assert.Contains(why, ended.Detail);
        Assert.Contains("node2 is lost", ended.Detail);
    }

    [Fact]
    public void ANodeThatWasPausedWhileItConfirmedMayHaveConfirmedToo()
    {
        var paused = UpgradeTurns.Pause(Together(UpgradeState.Confirming, WavePhase.Observing), "wait", At(0)).Next;

        Assert.True(UpgradeTurns.RollBack(paused, UpgradeState.RolledBack, "", At(1)).Next.MayBeConfirmed);
        Assert.False(UpgradeTurns.RollBack(UpgradeTurns.Pause(Together(UpgradeState.InProgress, WavePhase.Observing), "", At(0)).Next, UpgradeState.RolledBack, "", At(1)).Next.MayBeConfirmed);
    }

    [Fact]
    public void ALostNodeThatIsKnownToBeBackIsNamedByNobody()
    {
        var upgrade = UpgradeTurns.RollBack(Together(UpgradeState.Confirming, WavePhase.Observing), UpgradeState.RolledBack, "", At(0)).Next;
        _scene.Say("node1", Report(fence: upgrade.Fence)).Say("node2", Report(fence: upgrade.Fence)).Lose("node2");

        Assert.Equal((UpgradeState.RolledBack, 0), (_scene.Change(upgrade, 1).Next.State, _scene.Change(upgrade, 1).Next.LeftOut.Count));
    }

    [Fact]
    public void ANodeThatIsBackWhileOthersGoBackGoesBackWithThem()
    {
        var upgrade = Together(UpgradeState.RollingBack, WavePhase.Observing) with { LeftOut = [new("node2", Start, "is lost")] };
        _scene.Say("node2", Report(trial: New));

        var change = _scene.Change(upgrade, 1);

        Assert.Empty(change.Next.LeftOut);
        Assert.Contains(_scene.Tasks(change.Next, 1), task => (task.Node, task.Kind) == ("node2", NodeTaskKind.Revert));
    }

    [Fact]
    public void ConfirmingWaitsForNoLostNodeAndItsEndNamesIt()
    {
        var upgrade = Together(UpgradeState.Confirming, WavePhase.Observing);
        _scene.Say("node1", Report(confirmed: New)).Say("node2", Report(trial: New)).Lose("node2");

        var without = _scene.Change(upgrade, 1).Next;
        Assert.Equal((UpgradeState.Confirming, "node2"), (without.State, Assert.Single(Names(without))));
        // Back in the last moment it does not hold up the others, and is told after the end.
        _scene.Away.Clear();
        var retiring = _scene.Change(without, 39).Next;
        Assert.Equal(WavePhase.Retiring, retiring.Phase);
        Assert.Equal("node1", Assert.Single(_scene.Tasks(retiring, 40)).Node);
        _scene.Say("node1", Report(confirmed: New, results: new NodeTaskResult(_scene.Tasks(retiring, 40)[0].Id, NodeTaskOutcome.Done, "", "")));
        var ended = _scene.Change(retiring, 41).Next;

        Assert.Equal((UpgradeState.Completed, "node2"), (ended.State, Assert.Single(Names(ended))));
        Assert.Contains("node2 is lost", ended.Detail);
    }

    [Fact]
    public void WithoutAnyNodeNothingIsConfirmed()
    {
        var upgrade = Together(UpgradeState.Confirming, WavePhase.Observing);
        _scene.Lose("node1").Lose("node2");

        Assert.IsType<Decision.Wait>(_scene.Decide(upgrade, 39));
        Assert.Equal(UpgradeState.RollingBack, _scene.Change(upgrade, 40).Next.State);
    }

    [Fact]
    public void WhatIsLeftOnALostNodeIsOnTheRecordWithoutWaitingForIt()
    {
        var upgrade = Together(UpgradeState.Confirming, WavePhase.Retiring);
        _scene.Say("node1", Report(confirmed: New)).Say("node2", Report(confirmed: New)).Lose("node2");
        var task = Assert.Single(_scene.Tasks(upgrade, 1));
        _scene.Say("node1", Report(confirmed: New, results: new NodeTaskResult(task.Id, NodeTaskOutcome.Done, "", "")));

        var ended = _scene.Change(upgrade, 1).Next;

        Assert.Equal(UpgradeState.Completed, ended.State);
        Assert.Contains("it is lost", Assert.Single(ended.Lingering));
    }

    [Fact]
    public void WhoJoinedIsOnRecordBeforeItIsToldAndToldOnlyWhenTheOthersHaveConfirmed()
    {
        var upgrade = Together(UpgradeState.Confirming, WavePhase.Observing);
        _scene.Joining.Add(new("node3", "a"));
        _scene.Say("node1", Report(confirmed: New)).Say("node2", Report(trial: New)).Say("node3", Report());
        Assert.DoesNotContain(_scene.Tasks(upgrade, 1), task => task.Node == "node3");

        var retiring = _scene.Say("node2", Report(confirmed: New)).Change(upgrade, 2).Next;

        Assert.Equal(["node3"], retiring.Joined.Select(one => one.Node));
        Assert.Equal(NodeTaskKind.Confirm, Assert.Single(_scene.Tasks(retiring, 2), task => task.Node == "node3").Kind);
        // From here on it belongs to those that go back.
        var back = UpgradeTurns.RollBack(retiring, UpgradeState.RolledBack, "", At(3)).Next;
        Assert.Contains(_scene.Tasks(back, 3), task => (task.Node, task.Kind) == ("node3", NodeTaskKind.Revert));
    }

    [Fact]
    public void WhoJoinedIsLeftAloneWhenTheUpgradeGoesBackBefore()
    {
        _scene.Joining.Add(new("node3", "a"));
        var back = UpgradeTurns.RollBack(Together(UpgradeState.Confirming, WavePhase.Observing), UpgradeState.RolledBack, "", At(0)).Next;

        Assert.DoesNotContain(_scene.Tasks(back, 1), task => task.Node == "node3");
    }

    [Fact]
    public void WhoJoinedAndCannotComeAlongIsNoReasonToGoBack()
    {
        var upgrade = Together(UpgradeState.Confirming, WavePhase.Retiring) with { Joined = [new("node3", "a")] };
        _scene.Say("node1", Report(confirmed: New)).Say("node2", Report(confirmed: New)).Say("node3", Report());
        foreach (var task in _scene.Tasks(upgrade, 1))
        {
            var isJoined = task.Node == "node3";
            var result = new NodeTaskResult(task.Id, isJoined ? NodeTaskOutcome.Failed : NodeTaskOutcome.Done, isJoined ? "LoadFailed" : "", isJoined ? "no room" : "");
            _scene.Say(task.Node, Report(confirmed: isJoined ? Old : New, results: result));
        }

        var ended = _scene.Change(upgrade, 2).Next;

        Assert.Equal((UpgradeState.Completed, "node3"), (ended.State, Assert.Single(Names(ended))));
        Assert.Contains("no room", ended.Detail);
    }
}
