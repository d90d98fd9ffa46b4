using System.Collections.Concurrent;
using Theseus.Control.Upgrades;
using Theseus.Servers;
using Theseus.Testing;

namespace Theseus.Storage.Tests.Postgres;

/// <summary>A connection that is lost changes nothing but how long it takes; where it does, that is said.</summary>
public sealed class PostgresLossLaws(Stores stores)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(Cut.BeforeCommit)]
    [InlineData(Cut.BeforeCommitUnnoticed)]
    [InlineData(Cut.AfterCommit)]
    public async Task AChangeWhoseCommitWasCutOffIsDoneOnce(Cut cut)
    {
        var server = await stores.PostgresAsync();
        await using var link = new CuttingLink(server.Port);
        await using var store = await ControlStore.OpenAsync(link.Through(await server.CreateDatabaseAsync()), null, default);

        link.CutNext(cut);
        var upgrade = await store.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);
        link.CutNext(cut);
        await store.Upgrades.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Validating }, Sample.Entry("second"), [], default);

        Assert.Equal(2, link.Cuts);
        Assert.Equal(UpgradeState.Validating, (await store.Upgrades.FindAsync("u1", default))!.State);
        var audit = await store.Audit.VerifyAsync(null, default);
        Assert.Equal((2, 0), (audit.Records, audit.Problems.Count));
    }

    [Theory]
    [InlineData(Cut.BeforeCommit, 0)]
    [InlineData(Cut.AfterCommit, 1)]
    public async Task AChangeOfWhichNothingCanBeFoundOutIsSaidToBeUnknown(Cut cut, int records)
    {
        var server = await stores.PostgresAsync();
        var address = await server.CreateDatabaseAsync();
        await using var link = new CuttingLink(server.Port);
        var time = new ManualTimeProvider();
        await using var store = await ControlStore.OpenAsync(link.Through(address), time, default);
        link.CutNext(cut, forGood: true);

        var change = store.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);

        Assert.Equal(StorageFault.OutcomeUnknown, (await FaultAsync(change, time)).Fault);
        await using var direct = await ControlStore.OpenAsync(address, null, default);
        Assert.Equal(records, (await direct.Audit.VerifyAsync(null, default)).Records);
    }

    [Fact]
    public async Task ConnectionsThatTheServerEndsAreMadeAnew()
    {
        var server = await stores.PostgresAsync();
        await using var database = await stores.OpenAsync(StoreKind.Postgres);
        await database.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => database.Upgrades.ReadRunningAsync(default)));

        await PostgresServer.ExecuteAsync(server.ConnectionString(), $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new Npgsql.NpgsqlConnectionStringBuilder(database.Address).Database}'");

        Assert.Single(await database.Upgrades.ReadRunningAsync(default));
        await database.Upgrades.AddAsync(Sample.Upgrade("u2", "b"), Sample.Entry("second"), default);
        Assert.Equal(2, (await database.Audit.VerifyAsync(null, default)).Records);
    }

    [Fact]
    public async Task WhatWasAnsweredForIsThereAfterTheServerDiedAndWhatWasNotIsThereOnceAtMost()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartNewAsync();
        await using var store = await ControlStore.OpenAsync(await server.CreateDatabaseAsync(), null, default);
        await using var writers = new Writers(store);

        await writers.UnderWayAsync();
        await server.StopAsync("QUIT");
        await server.StartAsync();
        await store.Upgrades.AddAsync(Sample.Upgrade("after", "after"), Sample.Entry("asked", "after"), default);

        await ProveAsync(store, await writers.StopAsync());
    }

    [Fact]
    public async Task WhatWasAnsweredForIsThereAfterThePrimaryDiedAndItsStandbyTookOver()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var primary = await PostgresServer.StartNewAsync();
        var address = new Npgsql.NpgsqlConnectionStringBuilder(await primary.CreateDatabaseAsync());
        await using var standby = await primary.StartStandbyAsync();
        address.Host = $"127.0.0.1:{primary.Port},127.0.0.1:{standby.Port}";
        await using var store = await ControlStore.OpenAsync(address.ConnectionString, null, default);
        await using var other = await ControlStore.OpenAsync(address.ConnectionString, null, default);
        await using var writers = new Writers(store);

        await writers.UnderWayAsync();
        await primary.StopAsync("KILL");
        await standby.PromoteAsync();
        await writers.UnderWayAsync();
        await other.Upgrades.AddAsync(Sample.Upgrade("after", "after"), Sample.Entry("asked", "after"), default);

        await ProveAsync(store, await writers.StopAsync());
    }

    /// <summary>All that was answered for is stored, once, and on record; what is stored beyond that was asked for.</summary>
    private static async Task ProveAsync(ControlStore store, IReadOnlySet<string> answered)
    {
        var stored = await store.Upgrades.ReadRunningAsync(default);
        Assert.ProperSubset(stored.Select(one => one.Id).ToHashSet(), answered.ToHashSet());
        Assert.Equal(stored.Count, stored.Select(one => one.Number).Distinct().Count());
        var audit = await store.Audit.VerifyAsync(null, default);
        Assert.Equal((stored.Count, 0), (audit.Records, audit.Problems.Count));
    }

    [Fact]
    public async Task AServerThatIsAwayIsSaidToBeAndServesOnWhenItIsBack()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartNewAsync();
        var time = new ManualTimeProvider();
        await using var store = await ControlStore.OpenAsync(await server.CreateDatabaseAsync(), time, default);
        await server.StopAsync();

        Assert.Equal(StorageFault.Unreachable, (await FaultAsync(store.Upgrades.ReadRunningAsync(default), time)).Fault);
        Assert.Equal(StorageFault.Unreachable, (await FaultAsync(store.Upgrades.WriteLineStopAsync("smoke", Sample.Entry("first"), default), time)).Fault);

        await server.StartAsync();
        var change = store.Upgrades.WriteLineStopAsync("smoke", Sample.Entry("first"), default);
        await EndAsync(change, time);
        Assert.Equal("smoke", await store.Upgrades.ReadLineStopAsync(default));
        Assert.Equal(1, (await store.Audit.VerifyAsync(null, default)).Records);
    }

    private static async Task<StorageException> FaultAsync(Task change, ManualTimeProvider time)
    {
        await EndAsync(change, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Assert.ThrowsAsync<StorageException>(() => change);
    }

    /// <summary>Lets the pauses between tries pass until a change has ended.</summary>
    private static async Task EndAsync(Task change, ManualTimeProvider time)
    {
        while (!change.IsCompleted)
        {
            await Task.WhenAny(change, time.WaitForTimersAsync(1, s_deadline));
            time.Advance(time.NextTimerDueIn ?? TimeSpan.Zero);
        }

        await change;
    }

    /// <summary>Several who ask for upgrades all the time, and note what they were answered for.</summary>
    private sealed class Writers : IAsyncDisposable
    {
        private const int Many = 20;
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentDictionary<string, bool> _answered = new(StringComparer.Ordinal);
        private readonly SemaphoreSlim _answers = new(0);
        private readonly Task _running;

        public Writers(ControlStore store) => _running = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !_stop.IsCancellationRequested; i++)
            {
                var id = $"u{writer}-{i}";
                try
                {
                    await store.Upgrades.AddAsync(Sample.Upgrade(id, $"c{writer}-{i}"), Sample.Entry("asked", id), default);
                    _answered[id] = true;
                    _answers.Release();
                }
                catch (StorageException fault) when (fault.Fault is StorageFault.Unreachable or StorageFault.OutcomeUnknown)
                {
                }
            }
        })));

        /// <summary>Waits until many more were answered.</summary>
        public async Task UnderWayAsync()
        {
            using var deadline = new CancellationTokenSource(s_deadline);
            for (var left = _answers.CurrentCount + Many; left > 0; left--)
            {
                await _answers.WaitAsync(deadline.Token);
            }
        }

        public async Task<IReadOnlySet<string>> StopAsync()
        {
            await _stop.CancelAsync();
            await _running.WaitAsync(s_deadline);
            return _answered.Keys.ToHashSet();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.WaitAsync(s_deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
            _answers.Dispose();
        }
    }
}
