using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Control.Tests.Upgrades;

/// <summary>What whoever asks for an upgrade is told at once, and what is on record after it.</summary>
public sealed class StartLaws : IAsyncDisposable, IFeasibility
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly RuntimeUpgradeManager _upgrades;
    private readonly Task _running;
    private readonly TaskCompletionSource _looking = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<CancellationToken, Task<Feasibility>> _look = _ => Task.FromResult(new Feasibility());

    public StartLaws()
    {
        _upgrades = new RuntimeUpgradeManager(new SqliteUpgradeStore(_database), new InProcessChannel(), new HealthJudge(), this, _time, NullLoggerFactory.Instance);
        _running = _upgrades.RunAsync(_stop.Token);
    }

    [Fact]
    public async Task WhatIsNotPossibleIsRefusedWithAllThatStandsAgainstItAndNothingIsOnRecord()
    {
        _look = _ => Task.FromResult(new Feasibility { Problems = ["There is no such release.", "The node is too small."], Refusal = UpgradeRefusal.UnknownRelease });

        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => StartAsync(Request()));

        Assert.Equal(UpgradeRefusal.UnknownRelease, refused.Refusal);
        Assert.Equal(["There is no such release.", "The node is too small."], refused.Faults);
        Assert.Empty(await _upgrades.GetHistoryAsync(null, 10, default));
        Assert.Empty((await new SqliteAudit(_database).ReadAsync(null, 10, null, default)));
    }

    [Fact]
    public async Task WhereLookingTakesTooLongTheRequestGoesOnRecord()
    {
        _look = Never;
        var starting = StartAsync(Request());
        await _looking.Task.WaitAsync(s_deadline);
        Assert.Empty(await _upgrades.GetHistoryAsync(null, 10, default));

        _time.Advance(s_within);

        var (upgrade, isNew) = await starting;
        Assert.True(isNew);
        Assert.Equal(upgrade.Id, Assert.Single(await _upgrades.GetHistoryAsync(null, 10, default)).Id);
    }

    [Fact]
    public async Task WhoeverGivesUpWhileItIsLookedAtLeavesNothingBehind()
    {
        _look = Never;
        using var gone = new CancellationTokenSource();
        var starting = _upgrades.StartCheckedAsync(Request(), s_within, gone.Token);
        await _looking.Task.WaitAsync(s_deadline);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        Assert.Empty(await _upgrades.GetHistoryAsync(null, 10, default));
    }

    [Fact]
    public async Task AStoppedLineAndABusyComponentAreToldBeforeAnythingIsLookedAt()
    {
        _look = Never;
        var first = await _upgrades.StartAsync(Request(), default);
        Assert.Equal(UpgradeRefusal.Busy, (await Assert.ThrowsAsync<UpgradeRefusedException>(() => StartAsync(Request()))).Refusal);
        await _upgrades.StopTheLineAsync("operator", "smoke", default);
        Assert.Equal(UpgradeRefusal.LineStopped, (await Assert.ThrowsAsync<UpgradeRefusedException>(() => StartAsync(Request()))).Refusal);
        Assert.Equal(first.Id, Assert.Single(await _upgrades.GetHistoryAsync(null, 10, default)).Id);
    }

    [Fact]
    public async Task ARepeatedKeyFindsItsUpgradeWhateverHoldsNewOnesUp()
    {
        var (first, _) = await StartAsync(Request("k"));
        await _upgrades.StopTheLineAsync("operator", "smoke", default);
        _look = _ => Task.FromResult(new Feasibility { Problems = ["Not any more."] });

        Assert.Equal((first.Id, false), Shown(await StartAsync(Request("k"))));
        Assert.Equal(first.Id, (await _upgrades.StartAsync(Request("k"), default)).Id);
        var other = await Assert.ThrowsAsync<UpgradeRefusedException>(() => StartAsync(Request("k") with { Reason = "another" }));
        Assert.Equal(UpgradeRefusal.KeyReused, other.Refusal);
        Assert.Equal(UpgradeRefusal.LineStopped, (await Assert.ThrowsAsync<UpgradeRefusedException>(() => StartAsync(Request("new")))).Refusal);
    }

    [Fact]
    public async Task SentTwiceAtOnceARequestBeginsOneUpgrade()
    {
        // Both are past the look for the key when the first one goes on record.
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var looks = 0;
        _look = async cancellationToken =>
        {
            if (Interlocked.Increment(ref looks) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(cancellationToken);
            return new Feasibility();
        };

        var started = await Task.WhenAll(StartAsync(Request("k")), StartAsync(Request("k")));

        Assert.Equal(started[0].Upgrade.Id, started[1].Upgrade.Id);
        Assert.Single(started, one => one.IsNew);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(s_deadline);
        _database.Dispose();
        _stop.Dispose();
    }

    Task<Feasibility> IFeasibility.CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken) => _look(cancellationToken);

    private Task<(UpgradeRecord Upgrade, bool IsNew)> StartAsync(UpgradeRequest request) => _upgrades.StartCheckedAsync(request, s_within, default).WaitAsync(s_deadline);

    private async Task<Feasibility> Never(CancellationToken cancellationToken)
    {
        _looking.TrySetResult();
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        throw new InvalidOperationException("It never ends.");
    }

    private static (string Id, bool IsNew) Shown((UpgradeRecord Upgrade, bool IsNew) started) => (started.Upgrade.Id, started.IsNew);

    private static UpgradeRequest Request(string? key = null) => new()
    {
        Targets = [new UpgradeTarget("a", "2.0.0")],
        Parameters = new ImmediateParameters(),
        NeedsApproval = true,
        RequestedBy = "operator",
        Key = key,
    };
}
