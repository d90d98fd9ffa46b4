using System.Threading.Channels;
using Npgsql;
using Theseus.Servers;

namespace Theseus.Storage.Tests.Postgres;

/// <summary>Whoever shares a database is woken by what others change in it, and not by itself.</summary>
public sealed class ChangeLaws(Stores stores)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task OthersAreToldOfAChangeAndItsMakerIsNot()
    {
        await using var database = await stores.OpenAsync(StoreKind.Postgres);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);
        await using var maker = await ControlStore.OpenAsync(database.Address, null, default);
        using var stop = new CancellationTokenSource(s_deadline);
        var (heard, own) = (Channel.CreateUnbounded<bool>(), Channel.CreateUnbounded<bool>());
        var listening = Task.WhenAll(
            other.Changes.ListenAsync(() => heard.Writer.TryWrite(true), stop.Token), maker.Changes.ListenAsync(() => own.Writer.TryWrite(true), stop.Token));
        // Each begins with a word of its own: something may have been missed before.
        await heard.Reader.ReadAsync(stop.Token);
        await own.Reader.ReadAsync(stop.Token);

        await maker.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("asked"), default);
        await heard.Reader.ReadAsync(stop.Token);
        await other.Upgrades.AddAsync(Sample.Upgrade("u2", "b"), Sample.Entry("asked"), default);
        await own.Reader.ReadAsync(stop.Token);

        // The maker was told of the other's change alone: notifications come in the order of the commits.
        Assert.False(own.Reader.TryRead(out _));
        await stop.CancelAsync();
        await listening.ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(s_deadline);
    }

    [Fact]
    public async Task AfterALostConnectionItIsSaidThatSomethingMayHaveBeenMissed()
    {
        await using var database = await stores.OpenAsync(StoreKind.Postgres);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);
        using var stop = new CancellationTokenSource(s_deadline);
        var heard = Channel.CreateUnbounded<bool>();
        var listening = other.Changes.ListenAsync(() => heard.Writer.TryWrite(true), stop.Token);
        await heard.Reader.ReadAsync(stop.Token);

        var server = await stores.PostgresAsync();
        var name = new NpgsqlConnectionStringBuilder(database.Address).Database;
        await PostgresServer.ExecuteAsync(server.ConnectionString(), $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE 'LISTEN%'");

        await heard.Reader.ReadAsync(stop.Token);
        await database.Upgrades.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("asked"), default);
        await heard.Reader.ReadAsync(stop.Token);
        await stop.CancelAsync();
        await listening.ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(s_deadline);
    }
}
