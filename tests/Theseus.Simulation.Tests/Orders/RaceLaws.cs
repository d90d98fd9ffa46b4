using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>Orders that are given at the same time, from threads of their own: one of the orders in which they could have come is what happened.</summary>
public sealed class RaceLaws
{
    private const int Rounds = 60;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task OfManyWhoAskForOneComponentAtATimeExactlyOneGetsIt()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await using var plane = new Plane(nodes: 1, "a", "b");
            await plane.SettleAsync();
            string[][] wanted = [["a"], ["a", "b"], ["a"], ["b", "a"], ["a"], ["a"]];

            var outcomes = await RaceAsync([.. wanted.Select<string[], Func<Task>>(
                components => () => plane.Upgrades.StartAsync(Plane.To("2.0.0", UpgradeStrategy.Immediate, components), default))]);

            Assert.Equal(1, outcomes.Count(outcome => outcome is null));
            Assert.All(outcomes.OfType<UpgradeRefusal>(), refusal => Assert.Equal(UpgradeRefusal.Busy, refusal));
            var upgrade = Assert.Single(plane.Store.Known);
            await plane.RunToTheEndAsync();
            await CheckAsync(plane, upgrade.Id, UpgradeState.Completed);

            // Nothing is locked that nobody holds.
            await plane.Upgrades.StartAsync(Plane.To("3.0.0", UpgradeStrategy.Immediate, "a", "b"), default);
        }
    }

    [Fact]
    public async Task CancelAndPromoteAtATimeAreNeverBothDone()
    {
        var ends = new HashSet<UpgradeState>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var plane = new Plane(nodes: 2, "a");
            var id = await BeginAsync(plane, UpgradeStrategy.Immediate);
            // What the nodes have done is not told yet: by their word callers are on the release, which is where the one order
            // ceases to make sense and the other begins to. It comes too late, before both, or at the same time.
            plane.Nodes.ToList().ForEach(node => node.DoNext());
            if (round % 3 == 1)
            {
                plane.ReportAll();
                await plane.SettleAsync();
            }

            var outcomes = await RaceAsync(
                () => OftenAsync(() => plane.Upgrades.CancelAsync(id, "operator", "not now", default), round % 4),
                () => OftenAsync(() => plane.Upgrades.PromoteAsync(id, "operator", "good enough", default), times: 50),
                () => round % 3 == 0 ? Task.CompletedTask : ReportAndWorkAsync(plane));

            Assert.False(outcomes[0] is null && outcomes[1] is null);
            await plane.RunToTheEndAsync();
            var end = outcomes[0] is null ? UpgradeState.Cancelled : UpgradeState.Completed;
            await CheckAsync(plane, id, end);
            ends.Add(end);
        }

        Assert.Equal([UpgradeState.Completed, UpgradeState.Cancelled], ends.Order());
    }

    [Fact]
    public async Task WhatIsRolledBackWhileItIsResumedGoesBack()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await using var plane = new Plane(nodes: 2, "a");
            var id = await BeginAsync(plane, (UpgradeStrategy)(round % 5));
            await plane.GoWellUntilAsync(() => plane.Store.Known.Single() is { State: UpgradeState.InProgress, Phase: WavePhase.Observing }, seconds: 30);
            await plane.Upgrades.PauseAsync(id, "operator", "wait", default);

            var outcomes = await RaceAsync(
                () => plane.Upgrades.ResumeAsync(id, "operator", "go on", default),
                () => plane.Upgrades.RollBackAsync(id, "operator", "back", default),
                () => WorkAsync(plane, node => node.DoNext()));

            Assert.Null(outcomes[1]);
            Assert.True(outcomes[0] is null or UpgradeRefusal.WrongState);
            await plane.RunToTheEndAsync();
            await CheckAsync(plane, id, UpgradeState.RolledBack);
        }
    }

    [Fact]
    public async Task OfATakingBackAndANewUpgradeAtATimeExactlyOneBegins()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await using var plane = new Plane(nodes: 2, "a");
            var first = await BeginAsync(plane, UpgradeStrategy.Immediate);
            await plane.RunToTheEndAsync();
            await CheckAsync(plane, first, UpgradeState.Completed);

            var outcomes = await RaceAsync(
                () => plane.Rollback.RollBackAsync(first, "operator", "on demand", default),
                () => plane.Upgrades.StartAsync(Plane.To("3.0.0", UpgradeStrategy.Rolling, "a"), default),
                () => WorkAsync(plane, node => node.DoNext()));

            Assert.Equal([null, UpgradeRefusal.Busy], outcomes.Take(2).Order());
            var second = Assert.Single(plane.Store.Known, one => one.Id != first);
            Assert.Equal(outcomes[0] is null ? first : null, second.Request.RollsBack);
            await plane.RunToTheEndAsync();
            await CheckAsync(plane, second.Id, UpgradeState.Completed);
        }
    }

    private static async Task<string> BeginAsync(Plane plane, UpgradeStrategy strategy)
    {
        await plane.SettleAsync();
        var upgrade = await plane.Upgrades.StartAsync(Plane.To("2.0.0", strategy, "a"), default);
        await plane.SettleChecksAsync(null);
        return upgrade.Id;
    }

    private static async Task ReportAndWorkAsync(Plane plane)
    {
        plane.ReportAll();
        await WorkAsync(plane, node => node.DoNext());
    }

    private static Task WorkAsync(Plane plane, Action<OrderedNode> work)
    {
        foreach (var node in plane.Nodes)
        {
            work(node);
            plane.Report(node);
        }

        return Task.CompletedTask;
    }

    /// <summary>Gives an order again and again until it is obeyed; its last refusal is what came of it.</summary>
    private static async Task OftenAsync(Func<Task> order, int times)
    {
        for (; times > 0; times--)
        {
            try
            {
                await order();
                return;
            }
            catch (UpgradeRefusedException)
            {
            }
        }

        await order();
    }

    /// <summary>Does all at the same time. Returns for each why it was refused; null when it was not.</summary>
    private static async Task<UpgradeRefusal?[]> RaceAsync(params Func<Task>[] orders)
    {
        using var start = new Barrier(orders.Length);
        return await Task.WhenAll(orders.Select(order => Task.Factory.StartNew(
            async () =>
            {
                start.SignalAndWait(s_deadline);
                try
                {
                    await order();
                    return (UpgradeRefusal?)null;
                }
                catch (UpgradeRefusedException refused)
                {
                    return refused.Refusal;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap())).WaitAsync(s_deadline);
    }

    /// <summary>The upgrade ended so, and every node serves what that means.</summary>
    private static async Task CheckAsync(Plane plane, string id, UpgradeState end)
    {
        await plane.CheckAsync();
        var upgrade = (await plane.Upgrades.FindAsync(id, default))!;
        Assert.Equal(end, upgrade.State);
        foreach (var move in upgrade.Plan!.Moves)
        {
            Assert.All(plane.Nodes, node =>
            {
                var truth = node.Truth(move.Component);
                Assert.Equal(end == UpgradeState.Completed ? move.To : move.From, truth.Confirmed);
                Assert.Null(truth.Trial);
                Assert.Null(truth.Staged);
            });
        }
    }
}
