using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;

namespace Theseus.Control.Tests.Driving;

/// <summary>Nothing that users plug in ends the loop, and nobody who watches misses the end.</summary>
public sealed class LoopLaws : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly InProcessChannel _channel = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(s_deadline);
        _database.Dispose();
        _stop.Dispose();
    }

    private RuntimeUpgradeManager Begin(IWaveJudge judge, IFeasibility feasibility)
    {
        var manager = new RuntimeUpgradeManager(new SqliteUpgradeStore(_database), _channel, judge, feasibility, TimeProvider.System, NullLoggerFactory.Instance);
        _running = manager.RunAsync(_stop.Token);
        return manager;
    }

    private ValueTask SayAsync(params ComponentReport[] components) =>
        _channel.Connect("node1").ReportAsync(new NodeReport { Node = "node1", Incarnation = "p", StartedAt = Scenes.Start, Sequence = 1, Components = components }, default);

    private static UpgradeRequest Ask(string component, TimeSpan observe) =>
        new() { Targets = [new(component, "2.0.0")], Parameters = new ImmediateParameters { Observe = observe }, RequestedBy = "operator" };

    [Fact]
    public async Task AJudgeWhoseOwnRequestIsCancelledIsInconclusiveAndTheLoopGoesOn()
    {
        var judge = new JudgeThatTimesOut();
        var manager = Begin(judge, new AlwaysPossible());
        await SayAsync(Scenes.Report("a", trial: Scenes.New));

        var upgrade = await manager.StartAsync(Ask("a", TimeSpan.FromHours(1)), default);
        await judge.Asked.WaitAsync(s_deadline);

        var paused = await manager.PauseAsync(upgrade.Id, "operator", "to look", default).WaitAsync(s_deadline);
        Assert.Equal(UpgradeState.Paused, paused.State);
    }

    [Fact]
    public async Task ACheckWhoseOwnRequestIsCancelledEndsTheUpgradeAndSaysWhy()
    {
        var manager = Begin(new HealthJudge(), new CheckThatTimesOut());

        var upgrade = await manager.StartAsync(Ask("a", TimeSpan.Zero), default);
        var ended = await manager.WaitForEndAsync(upgrade.Id, default).WaitAsync(s_deadline);

        Assert.Equal(UpgradeState.Failed, ended.State);
        Assert.Contains("the feed took too long", ended.Detail);
    }

    [Fact]
    public async Task WhoWaitsForOneUpgradeIsToldOfItsEndHoweverMuchHappensToOthers()
    {
        var manager = Begin(new HealthJudge(), new AlwaysPossible());
        await SayAsync(Scenes.Report("a", trial: Scenes.New), Scenes.Report("b", trial: Scenes.New));
        var awaited = await manager.StartAsync(Ask("a", TimeSpan.FromHours(1)), default);
        var busy = await manager.StartAsync(Ask("b", TimeSpan.FromHours(1)), default);
        await foreach (var change in manager.WatchAsync(busy.Id, default))
        {
            if (change.Phase == WavePhase.Observing)
            {
                break;
            }
        }

        await using var changes = manager.WatchAsync(awaited.Id, default).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        // It does not read on while its upgrade ends, and while a lot happens to the other one.
        await manager.RollBackAsync(awaited.Id, "operator", "", default);
        await SayBackAsync((await manager.FindAsync(awaited.Id, default))!.Fence);
        await manager.WaitForEndAsync(awaited.Id, default).WaitAsync(s_deadline);
        for (var i = 0; i < 200; i++)
        {
            await manager.PauseAsync(busy.Id, "operator", "", default);
            await manager.ResumeAsync(busy.Id, "operator", "", default);
        }

        var last = changes.Current;
        while (await changes.MoveNextAsync().AsTask().WaitAsync(s_deadline))
        {
            last = changes.Current;
        }

        Assert.Equal(UpgradeState.RolledBack, last.State);
    }

    private ValueTask SayBackAsync(long fence) => _channel.Connect("node1").ReportAsync(
        new NodeReport { Node = "node1", Incarnation = "p", StartedAt = Scenes.Start, Sequence = 2, Components = [Scenes.Report("a", fence: fence), Scenes.Report("b", trial: Scenes.New)] }, default);

    private sealed class AlwaysPossible : IFeasibility
    {
        public Task<Feasibility> CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken) => Task.FromResult(new Feasibility
        {
            Moves = [.. request.Targets.Select(target => new UpgradeMove(target.Component, Scenes.Old, Scenes.New))],
            Nodes = request.Targets.ToDictionary(target => target.Component, _ => (IReadOnlyList<PlannedNode>)[new("node1", "")]),
        });
    }

    private sealed class CheckThatTimesOut : IFeasibility
    {
        public Task<Feasibility> CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken) =>
            Task.FromException<Feasibility>(new TaskCanceledException("the feed took too long"));
    }

    private sealed class JudgeThatTimesOut : IWaveJudge
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public ValueTask<WaveVerdict> JudgeAsync(WaveEvidence evidence, CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            throw new TaskCanceledException("the metrics took too long");
        }
    }
}
