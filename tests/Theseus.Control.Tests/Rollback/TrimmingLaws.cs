using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Control.Tests.Rollback;

/// <summary>Which rollback points are kept while time goes by and upgrades end.</summary>
public sealed class TrimmingLaws : IAsyncDisposable, IFeasibility, ILogger<RollbackManager>
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly SqliteUpgradeStore _store;
    private readonly FaultyPoints _points;
    private readonly RuntimeUpgradeManager _upgrades;
    private readonly RollbackManager _rollback;
    private readonly ConcurrentQueue<string> _errors = [];
    private Task _running = Task.CompletedTask;

    public TrimmingLaws()
    {
        _store = new SqliteUpgradeStore(_database);
        _points = new FaultyPoints(new SqliteRollbackPoints(_database));
        _upgrades = new RuntimeUpgradeManager(_store, new InProcessChannel(), new HealthJudge(), this, _time, NullLoggerFactory.Instance);
        var options = new RollbackOptions { KeptPerComponent = 2, KeptFor = TimeSpan.FromMinutes(3), Window = TimeSpan.FromMinutes(1) };
        _rollback = new RollbackManager(_upgrades, _points, new SqliteKeyedRequests(_database), options, _time, this);
    }

    [Fact]
    public async Task PointsThatGrowTooOldGoWithoutAnythingHappening()
    {
        await AddAsync("u1");
        _time.Advance(TimeSpan.FromMinutes(2));
        await AddAsync("u2");
        Begin();
        Assert.Equal(0, await _points.NextTrimAsync());

        await NextLookAsync();
        Assert.Equal(0, await _points.NextTrimAsync());
        await NextLookAsync();

        Assert.Equal(1, await _points.NextTrimAsync());
        Assert.Equal(["u2"], await KeptAsync());
    }

    [Fact]
    public async Task WhatIsNotKeptAnyLongerGoesAtTheStart()
    {
        await AddAsync("u1");
        await AddAsync("u2");
        await AddAsync("u3");

        Begin();

        Assert.Equal(1, await _points.NextTrimAsync());
        Assert.Equal(["u3", "u2"], await KeptAsync());
    }

    [Fact]
    public async Task AnUpgradesEndTrimsAtOnceWhateverTheClockSays()
    {
        Begin();
        Assert.Equal(0, await _points.NextTrimAsync());
        await AddAsync("u1");
        await AddAsync("u2");
        await AddAsync("u3");

        var request = new UpgradeRequest { Targets = [new UpgradeTarget("b", "2.0.0")], Parameters = new ImmediateParameters(), RequestedBy = "operator" };
        var failing = await _upgrades.StartAsync(request, default);

        Assert.Equal(UpgradeState.Failed, (await _upgrades.WaitForEndAsync(failing.Id, default).WaitAsync(Deadline)).State);
        Assert.Equal(1, await _points.NextTrimAsync());
        Assert.Equal(["u3", "u2"], await KeptAsync());
    }

    [Fact]
    public async Task ADiskThatFailsIsLoggedAndTriedAgain()
    {
        await AddAsync("u1");
        await AddAsync("u2");
        await AddAsync("u3");
        _points.IsFull = true;
        Begin();
        Assert.Equal(-1, await _points.NextTrimAsync());
        await NextLookAsync();
        Assert.Equal(-1, await _points.NextTrimAsync());
        _points.IsFull = false;

        await NextLookAsync();

        Assert.Equal(1, await _points.NextTrimAsync());
        Assert.Equal(2, _errors.Count);
        Assert.All(_errors, error => Assert.Contains("tried again", error));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Deadline);
        _database.Dispose();
        _stop.Dispose();
    }

    /// <summary>No upgrade here is possible: what counts is that it ends.</summary>
    Task<Feasibility> IFeasibility.CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken) =>
        Task.FromResult(new Feasibility { Problems = ["Nothing leads there."] });

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _errors.Enqueue(formatter(state, exception));

    private void Begin() => _running = Task.WhenAll(_rollback.RunAsync(_stop.Token), _upgrades.RunAsync(_stop.Token));

    /// <summary>Moves the clock once the look before is over; the upgrades' own loop waits for the clock too.</summary>
    private async Task NextLookAsync()
    {
        await _time.WaitForTimersAsync(2, Deadline);
        _time.Advance(TimeSpan.FromMinutes(1));
    }

    /// <summary>Adds an upgrade that has ended, with its rollback point, as of now.</summary>
    private async Task AddAsync(string id)
    {
        var now = _time.GetUtcNow();
        var request = new UpgradeRequest { Targets = [new UpgradeTarget("a", "2.0.0")], Parameters = new ImmediateParameters(), RequestedBy = "operator" };
        var entry = new AuditEntry(now, "operator", id, "", "", "");
        var upgrade = await _store.AddAsync(new UpgradeRecord { Id = id, Request = request, Since = now, RequestedAt = now }, entry, default);
        var point = new RollbackPoint
        {
            Upgrade = id,
            Number = upgrade.Number,
            Component = "a",
            From = new ReleaseId("1.0.0", "aa"),
            To = new ReleaseId("2.0.0", "bb"),
            Nodes = [],
            TakenAt = now,
        };
        await _store.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Completed }, entry, [point], default);
    }

    private async Task<IEnumerable<string>> KeptAsync() => (await _points.ReadPointsAsync("a", default)).Select(point => point.Upgrade);
}
