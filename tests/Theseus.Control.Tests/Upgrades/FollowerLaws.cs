using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Audit;
using Theseus.Control.Tests.Components;
using Theseus.Control.Tests.Driving;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Packaging;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Control.Tests.Upgrades;

/// <summary>The registry's picture of a component is where its upgrade is.</summary>
public sealed class FollowerLaws : IFeasibility, IAsyncDisposable
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualTimeProvider _time = new();
    private readonly LookedBackStore _store;
    private readonly RuntimeUpgradeManager _upgrades;

    public FollowerLaws()
    {
        _store = new LookedBackStore(new SqliteUpgradeStore(_database));
        _upgrades = new RuntimeUpgradeManager(_store, new InProcessChannel(), new HealthJudge(), this, _time, NullLoggerFactory.Instance);
    }

    [Fact]
    public async Task AChangeWhileItCatchesUpIsFollowedToo()
    {
        var registry = await Parts.WithAsync(Parts.Of("a"));
        await registry.MoveAsync("a", new(ComponentLifecycle.Active, "It serves.") { Version = Parts.V("1.0.0") }, s_none);
        var running = _upgrades.RunAsync(_stop.Token);
        // What it catches up with has been read, and is as good as old when it gets it.
        _store.AfterLookingBack = PrepareAsync;

        var following = new LifecycleFollower(registry, _upgrades, new FeedReleases([], new ReleaseStore(_folder.Path)), _time, NullLogger<LifecycleFollower>.Instance).RunAsync(_stop.Token);

        // No node is there to make anything ready, so that this is the last change for long.
        await registry.WaitForAsync("a", found => found is { Lifecycle: ComponentLifecycle.Upgrading }, s_none).WaitAsync(s_deadline);
        await _stop.CancelAsync();
        await Task.WhenAll(running, following).WaitAsync(s_deadline);
    }

    [Fact]
    public async Task WhatItCaughtUpWithIsNotFollowedOnceMore()
    {
        var registry = await Parts.WithAsync(Parts.Of("a"));
        await registry.MoveAsync("a", new(ComponentLifecycle.Active, "It serves.") { Version = Parts.V("1.0.0") }, s_none);
        var running = _upgrades.RunAsync(_stop.Token);
        // It is told of this, and reads only then what came of it, by another control plane.
        _store.BeforeLookingBack = async () =>
        {
            var upgrade = (await _upgrades.FindAsync(await PrepareAsync(), s_none))!;
            var ended = upgrade with { Revision = upgrade.Revision + 1, State = UpgradeState.Cancelled, EndedAt = DateTimeOffset.UnixEpoch };
            await _store.UpdateAsync(ended, new AuditEntry(DateTimeOffset.UnixEpoch, "operator", upgrade.Id, $"{upgrade.State}", $"{ended.State}", "not now"), [], s_none);
        };
        _store.AfterLookingBack = PrepareAsync;

        var following = new LifecycleFollower(registry, _upgrades, new FeedReleases([], new ReleaseStore(_folder.Path)), _time, NullLogger<LifecycleFollower>.Instance).RunAsync(_stop.Token);

        await registry.WaitForAsync("a", found => found is { Lifecycle: ComponentLifecycle.Upgrading }, s_none).WaitAsync(s_deadline);
        var newest = Assert.Single(await _upgrades.GetRunningAsync(s_none));
        Assert.Equal([newest.Id], (await registry.ReadHistoryAsync("a", 10, s_none)).Select(change => change.Upgrade).OfType<string>());
        await _stop.CancelAsync();
        await Task.WhenAll(running, following).WaitAsync(s_deadline);
    }

    [Fact]
    public async Task OfEachComponentTheNewestUpgradeCountsAlsoWhereOneMovedSeveral()
    {
        await EndedAsync("u1", ("c", "1.0.0", "2.0.0")); // the oldest, so the last that is caught up with
        await EndedAsync("u2", ("a", "1.0.0", "2.0.0"));
        await EndedAsync("u3", ("b", "1.0.0", "2.0.0"), ("a", "2.0.0", "3.0.0"));
        await EndedAsync("u4", ("b", "2.0.0", "3.0.0"));
        var registry = await Parts.WithAsync(Parts.Of("a"), Parts.Of("b"), Parts.Of("c"));
        foreach (var (name, version) in new[] { ("a", "3.0.0"), ("b", "3.0.0"), ("c", "1.0.0") })
        {
            await registry.MoveAsync(name, new(ComponentLifecycle.Active, "It serves.") { Version = Parts.V(version) }, s_none);
        }

        var following = new LifecycleFollower(registry, _upgrades, new FeedReleases([], new ReleaseStore(_folder.Path)), _time, NullLogger<LifecycleFollower>.Instance).RunAsync(_stop.Token);
        await registry.WaitForAsync("c", found => found?.CurrentVersion == Parts.V("2.0.0"), s_none).WaitAsync(s_deadline);

        Assert.Equal(("3.0.0", "3.0.0"), (registry.Find("a")!.CurrentVersion!.ToString(), registry.Find("b")!.CurrentVersion!.ToString()));
        await _stop.CancelAsync();
        await following.WaitAsync(s_deadline);
    }

    [Fact]
    public async Task AnUpgradesVeryLastChangeIsFollowedThoughTheStorageFailedAtIt()
    {
        var components = new MemoryStore();
        var registry = await Parts.OpenAsync(components);
        await registry.RegisterAsync(Parts.Of("a"), "Test.", s_none);
        await registry.MoveAsync("a", new(ComponentLifecycle.Active, "It serves.") { Version = Parts.V("1.0.0") }, s_none);
        await EndedAsync("u1", ("a", "1.0.0", "2.0.0"));
        var failed = new TaskCompletionSource();
        components.BeforeNextSave = () =>
        {
            failed.SetResult();
            throw new IOException("The disk is full.");
        };

        var following = new LifecycleFollower(registry, _upgrades, new FeedReleases([], new ReleaseStore(_folder.Path)), _time, NullLogger<LifecycleFollower>.Instance).RunAsync(_stop.Token);
        await failed.Task.WaitAsync(s_deadline);
        Assert.Equal("1.0.0", registry.Find("a")!.CurrentVersion!.ToString());
        // Nothing happens any more but that time goes by.
        await _time.WaitForTimersAsync(1, s_deadline);
        _time.Advance(LifecycleFollower.BetweenTries);

        await registry.WaitForAsync("a", found => found?.CurrentVersion == Parts.V("2.0.0"), s_none).WaitAsync(s_deadline);
        await _stop.CancelAsync();
        await following.WaitAsync(s_deadline);
    }

    [Fact]
    public async Task WhatWasThereBeforeTheStartIsFollowedThoughItCouldNotBeReadAtFirst()
    {
        await EndedAsync("u1", ("a", "1.0.0", "2.0.0"));
        var registry = await Parts.WithAsync(Parts.Of("a"));
        await registry.MoveAsync("a", new(ComponentLifecycle.Active, "It serves.") { Version = Parts.V("1.0.0") }, s_none);
        _store.AfterLookingBack = () => throw new IOException("The disk cannot be read.");

        var following = new LifecycleFollower(registry, _upgrades, new FeedReleases([], new ReleaseStore(_folder.Path)), _time, NullLogger<LifecycleFollower>.Instance).RunAsync(_stop.Token);
        await _time.WaitForTimersAsync(1, s_deadline);
        _time.Advance(LifecycleFollower.BetweenTries);

        await registry.WaitForAsync("a", found => found?.CurrentVersion == Parts.V("2.0.0"), s_none).WaitAsync(s_deadline);
        await _stop.CancelAsync();
        await following.WaitAsync(s_deadline);
    }

    /// <summary>Asks for an upgrade, and waits until its nodes are to make it ready.</summary>
    private async Task<string> PrepareAsync()
    {
        var upgrade = await _upgrades.StartAsync(new() { Targets = [new("a", "2.0.0")], Parameters = new ImmediateParameters(), RequestedBy = "operator" }, s_none);
        await foreach (var change in _upgrades.WatchAsync(upgrade.Id, s_none))
        {
            if (change.State == UpgradeState.Preparing)
            {
                break;
            }
        }

        return upgrade.Id;
    }

    private async Task EndedAsync(string id, params (string Component, string From, string To)[] moves)
    {
        var request = new UpgradeRequest { Targets = [.. moves.Select(one => new UpgradeTarget(one.Component, one.To))], Parameters = new ImmediateParameters(), RequestedBy = "operator" };
        var entry = new AuditEntry(DateTimeOffset.UnixEpoch, "operator", id, "", "there", "test");
        var added = await _store.AddAsync(new UpgradeRecord { Id = id, Request = request, Since = DateTimeOffset.UnixEpoch, RequestedAt = DateTimeOffset.UnixEpoch }, entry, s_none);
        var plan = UpgradePlanner.Plan(request, [.. moves.Select(one => new UpgradeMove(one.Component, new ReleaseId(one.From, one.From), new ReleaseId(one.To, one.To)))], _ => [new("node1", "west")]);
        await _store.UpdateAsync(added with { Revision = 2, State = UpgradeState.Completed, Plan = plan, EndedAt = DateTimeOffset.UnixEpoch }, entry, [], s_none);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _database.Dispose();
        _folder.Dispose();
        _stop.Dispose();
    }

    Task<Feasibility> IFeasibility.CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken) => Task.FromResult(new Feasibility
    {
        Moves = [new UpgradeMove("a", new ReleaseId("1.0.0", "1"), new ReleaseId("2.0.0", "2"))],
        Nodes = new Dictionary<string, IReadOnlyList<PlannedNode>> { ["a"] = [new("node1", "west")] },
    });

    /// <summary>The product's store, in which something happens before the first looking back, or between it and its answer.</summary>
    private sealed class LookedBackStore(IUpgradeStore store) : PassingStore(store)
    {
        public Func<Task>? BeforeLookingBack { get; set; }

        public Func<Task>? AfterLookingBack { get; set; }

        public override async Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken)
        {
            if (BeforeLookingBack is { } first)
            {
                BeforeLookingBack = null;
                await first().WaitAsync(s_deadline, cancellationToken);
            }

            var found = await base.ReadNewestAsync(before, count, cancellationToken);
            if (AfterLookingBack is { } happen)
            {
                AfterLookingBack = null;
                await happen().WaitAsync(s_deadline, cancellationToken);
            }

            return found;
        }
    }
}
