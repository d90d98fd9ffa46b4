using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>
/// The product's managers on their own loop, with SQLite, a clock and nodes that a test moves. After each thing that it
/// does a test may wait until nothing is left to do (<see cref="SettleAsync"/>).
/// </summary>
internal sealed class Plane : IFleetChannel, ILoggerFactory, ILogger, IAsyncDisposable
{
    private const string Mark = "mark";
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly ArmingClock _clock;
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly Channel<NodeReport> _reports = Channel.CreateUnbounded<NodeReport>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _reported;
    private long _taken;
    private long _restsAtMark;

    public Plane(int nodes, params string[] components)
    {
        _clock = new ArmingClock(_time);
        Nodes = [.. Enumerable.Range(1, nodes).Select(i => new OrderedNode($"node{i}", components, Release("1.0.0"), _time))];
        Store = new WatchedStore(new SqliteUpgradeStore(_database), LookedFor);
        Upgrades = new RuntimeUpgradeManager(Store, this, new HealthJudge(), Feasibility, _clock, this);
        Rollback = new RollbackManager(Upgrades, new SqliteRollbackPoints(_database), new SqliteKeyedRequests(_database), new RollbackOptions(), _clock);
        Audit = new SqliteAudit(_database);
        _running = Upgrades.RunAsync(_stop.Token);
        ReportAll();
    }

    public IReadOnlyList<OrderedNode> Nodes { get; }

    public WatchedStore Store { get; }

    public GatedFeasibility Feasibility { get; } = new();

    public RuntimeUpgradeManager Upgrades { get; }

    public RollbackManager Rollback { get; }

    public SqliteAudit Audit { get; }

    /// <summary>What the product logged as an error: nothing that a test does here is one.</summary>
    public List<string> Errors { get; } = [];

    public static ReleaseId Release(string version) => new(version, $"d{version}");

    public static UpgradeRequest To(string version, UpgradeStrategy strategy, params string[] components) => new()
    {
        Targets = [.. components.Select(component => new UpgradeTarget(component, version))],
        Parameters = (ParameterReader.Default(strategy) is BlueGreenParameters blueGreen ? blueGreen with { WarmFor = TimeSpan.FromSeconds(3) } : ParameterReader.Default(strategy)) with
        {
            Observe = TimeSpan.FromSeconds(3),
            PrepareDeadline = TimeSpan.FromSeconds(20),
            ActivateDeadline = TimeSpan.FromSeconds(10),
            SettleDeadline = TimeSpan.FromSeconds(20),
        },
        RequestedBy = "operator",
    };

    public DateTimeOffset Now => _time.GetUtcNow();

    public void Report(OrderedNode node)
    {
        Interlocked.Increment(ref _reported);
        _reports.Writer.TryWrite(node.Report());
    }

    public void ReportAll()
    {
        foreach (var node in Nodes)
        {
            Report(node);
        }
    }

    /// <summary>Has every node do all that it was told, and report.</summary>
    public void WorkAll()
    {
        foreach (var node in Nodes)
        {
            while (node.HasWork)
            {
                node.DoNext();
            }

            Report(node);
        }
    }

    public void Advance(TimeSpan by) => _time.Advance(by);

    /// <summary>Waits until all that was said has been heard, and the loop has nothing more to do before the clock moves.</summary>
    public async Task SettleAsync()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (Interlocked.Read(ref _taken) < Interlocked.Read(ref _reported))
        {
            await Task.Yield();
            deadline.Token.ThrowIfCancellationRequested();
        }

        var refused = await Assert.ThrowsAsync<UpgradeRefusedException>(() => Upgrades.PauseAsync(Mark, "test", "", deadline.Token));
        Assert.Equal(UpgradeRefusal.Unknown, refused.Refusal);
        await _clock.WaitForRestAfterAsync(Interlocked.Read(ref _restsAtMark));
    }

    /// <summary>Lets all checks end, and waits until what came of them is on record.</summary>
    /// <param name="problem">What they find: null for nothing, empty for a check that breaks.</param>
    public async Task SettleChecksAsync(string? problem)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        do
        {
            // Again and again, since a check begins beside the loop.
            Feasibility.LetGo(problem);
            await SettleAsync();
            deadline.Token.ThrowIfCancellationRequested();
        }
        while (Store.Known.Any(upgrade => upgrade.State == UpgradeState.Validating));
    }

    /// <summary>Has the nodes do, for some seconds, all that they are told; and once more, without the clock being moved.</summary>
    public async Task GoWellAsync(int seconds)
    {
        await GoWellUntilAsync(() => false, seconds);
        WorkAll();
    }

    /// <summary>The same, but only until something holds.</summary>
    public async Task GoWellUntilAsync(Func<bool> holds, int seconds)
    {
        for (var second = 0; second < seconds && !holds(); second++)
        {
            WorkAll();
            await SettleAsync();
            if (!holds())
            {
                Advance(TimeSpan.FromSeconds(1));
                await SettleAsync();
            }
        }
    }

    /// <summary>Lets everything go its way until all upgrades have ended.</summary>
    public async Task RunToTheEndAsync()
    {
        await SettleChecksAsync(null);
        for (var second = 0; second < 600 && Store.Known.Any(upgrade => !upgrade.HasEnded); second++)
        {
            await GoWellAsync(seconds: 1);
        }

        Assert.DoesNotContain(Store.Known, upgrade => !upgrade.HasEnded);
    }

    /// <summary>What holds at every moment of every test.</summary>
    public async Task CheckAsync()
    {
        Assert.Empty(Store.Broken);
        Assert.Empty(Errors);
        Assert.Empty((await Audit.VerifyAsync(null, default)).Problems);
    }

    public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
    {
        Nodes.First(node => node.Name == task.Node).Send(task);
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<NodeReport> ReadReportsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var report in _reports.Reader.ReadAllAsync(cancellationToken))
        {
            yield return report;
            Interlocked.Increment(ref _taken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(s_deadline);
        _database.Dispose();
        _stop.Dispose();
    }

    // Asked for on the loop, by the order to an upgrade that there is not.
    private void LookedFor(string id)
    {
        if (id == Mark)
        {
            Interlocked.Exchange(ref _restsAtMark, _clock.Rests);
        }
    }

    ILogger ILoggerFactory.CreateLogger(string categoryName) => this;

    void ILoggerFactory.AddProvider(ILoggerProvider provider)
    {
    }

    void IDisposable.Dispose()
    {
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Errors.Add($"{formatter(state, exception)} {exception}");
}
