using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Audit;
using Theseus.Control.Tests.Driving;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Control.Tests.Upgrades;

/// <summary>Whoever asks a control plane that ends for something is answered.</summary>
public sealed class EndingLaws : IFeasibility, IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly HeldStore _store;
    private readonly RuntimeUpgradeManager _upgrades;

    public EndingLaws()
    {
        _store = new HeldStore(new SqliteUpgradeStore(_database));
        _upgrades = new RuntimeUpgradeManager(_store, new InProcessChannel(), new HealthJudge(), this, new ManualTimeProvider(), NullLoggerFactory.Instance);
    }

    [Fact]
    public async Task AnOrderThatCameWhileTheLoopWasBusyToItsEndIsAnswered()
    {
        using var stop = new CancellationTokenSource();
        var running = _upgrades.RunAsync(stop.Token);
        var request = new UpgradeRequest { Targets = [new UpgradeTarget("a", "2.0.0")], Parameters = new ImmediateParameters(), RequestedBy = "operator" };
        var upgrade = await _upgrades.StartAsync(request, default).WaitAsync(s_deadline);
        // The loop is storing what comes next, and looks at no order before it has.
        await _store.IsHeld.WaitAsync(s_deadline);
        var pause = _upgrades.PauseAsync(upgrade.Id, "operator", "wait", default);
        var nodes = _upgrades.GetNodesAsync(default);
        var unknown = _upgrades.CancelAsync("unknown", "operator", "", default);

        await stop.CancelAsync();

        await running.WaitAsync(s_deadline);
        // What there is to pause is asked of the store, which a loop that ends does not ask any more.
        await Assert.ThrowsAsync<ChannelClosedException>(() => pause.WaitAsync(s_deadline));
        Assert.Empty(await nodes.WaitAsync(s_deadline));
        await Assert.ThrowsAsync<ChannelClosedException>(() => unknown.WaitAsync(s_deadline));
        await Assert.ThrowsAsync<ChannelClosedException>(() => _upgrades.GetNodesAsync(default).WaitAsync(s_deadline));
        Assert.Equal(UpgradeState.Pending, (await _upgrades.FindAsync(upgrade.Id, default))!.State);
    }

    [Fact]
    public async Task WhoWatchesAControlPlaneThatEndsIsLetGo()
    {
        using var stop = new CancellationTokenSource();
        var running = _upgrades.RunAsync(stop.Token);
        var request = new UpgradeRequest { Targets = [new UpgradeTarget("a", "2.0.0")], Parameters = new ImmediateParameters(), RequestedBy = "operator" };
        var upgrade = await _upgrades.StartAsync(request, default).WaitAsync(s_deadline);
        var all = CountAsync(_upgrades.WatchAsync(null, default));
        var one = CountAsync(_upgrades.WatchAsync(upgrade.Id, default));
        var end = _upgrades.WaitForEndAsync(upgrade.Id, default);
        var nodes = _upgrades.WaitForNodesAsync(nodes => nodes.Count > 0, default);

        await stop.CancelAsync();
        await running.WaitAsync(s_deadline);

        Assert.Equal(0, await all.WaitAsync(s_deadline));
        Assert.Equal(1, await one.WaitAsync(s_deadline));
        await Assert.ThrowsAsync<ChannelClosedException>(() => end.WaitAsync(s_deadline));
        await Assert.ThrowsAsync<ChannelClosedException>(() => nodes.WaitAsync(s_deadline));
        Assert.Equal(0, await CountAsync(_upgrades.WatchAsync(null, default)).WaitAsync(s_deadline));
    }

    public void Dispose() => _database.Dispose();

    private static async Task<int> CountAsync(IAsyncEnumerable<UpgradeRecord> changes)
    {
        var count = 0;
        await foreach (var _ in changes)
        {
            count++;
        }

        return count;
    }

    Task<Feasibility> IFeasibility.CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken) => Task.FromResult(new Feasibility());

    /// <summary>The product's store on a disk that is stuck: no change of an upgrade gets through.</summary>
    private sealed class HeldStore(IUpgradeStore store) : PassingStore(store)
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsHeld => _held.Task;

        public override Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken)
        {
            _held.TrySetResult();
            return new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
    }
}
