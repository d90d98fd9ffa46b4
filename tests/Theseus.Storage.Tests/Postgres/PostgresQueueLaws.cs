using Npgsql;
using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Storage.Tests.Postgres;

/// <summary>What tasks cost does not grow with how many there were before.</summary>
public sealed class PostgresQueueLaws(Stores stores)
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("")]
    [InlineData(";Options=-c work_mem=8MB")]
    public async Task NoStepOfATaskReadsTheWholeTable(string ofUser)
    {
        var address = await (await stores.PostgresAsync()).CreateDatabaseAsync() + ofUser;
        await (await ControlStore.OpenAsync(address, null, default)).DisposeAsync();
        // To make its indexes was to read it.
        var before = await WholeReadsAsync(address);

        await using (var store = await ControlStore.OpenAsync(address, null, default))
        {
            await store.Tasks.AddAsync([.. Enumerable.Range(0, 100).Select(New)], default);
            var given = await store.Tasks.ClaimAsync(Chooser(), default);
            Assert.Equal(100, given.Count);
            Assert.Equal(100, Assert.Single(await store.Tasks.CountAssignedAsync(default)).Count);
            Assert.Equal(10, (await store.Tasks.ReadAssignedAsync("n", "i", 10, default)).Count);
            Assert.Empty(await store.Tasks.ReadQueuedAsync("k", 10, default));
            Assert.Empty(await store.Tasks.ReadLanesAsync("", 10, default));
            var known = await store.Tasks.FindAsync([.. given.Select(task => task.Id)], default);
            Assert.Equal(100, (await store.Tasks.FindByKeyAsync([.. known.Select(task => task.Request)], default)).Count);
            Assert.Equal(100, (await store.Tasks.UpdateAsync([.. known.Select(Done)], null, default)).Count);
            Assert.Empty(await store.Tasks.ReadDueAsync(s_now, 10, default));
            Assert.Equal(10, (await store.Tasks.ReadNewestAsync(new TaskFilter(null, 10), default)).Count);
            Assert.Equal(40, await store.Tasks.TrimAsync(s_now, 60, 1_000, default));
            Assert.Equal(100, Assert.Single(await store.Tasks.CountAsync(default)).Count);
        }

        Assert.Equal(before, await WholeReadsAsync(address));
    }

    private static DistributedTask New(int i) => new()
    {
        Id = $"t{i}",
        Request = new() { Kind = "k", RequestedBy = "operator", Key = $"key{i}" },
        RequestedAt = s_now,
        ExpiresAt = s_now + TimeSpan.FromHours(1),
    };

    private static DistributedTask Done(DistributedTask task) =>
        TaskTurns.Answered(task, "n", new(new(task.Id, task.Attempt), AssignmentOutcome.Done), s_now, new Random(1))!;

    private static TaskChooser Chooser() => new(
        [
            new NodeStatus
            {
                Name = "n",
                State = NodeState.Alive,
                HeardAt = s_now,
                Report = new() { Node = "n", Incarnation = "i", StartedAt = s_now, Sequence = 1, FailureDomain = "rack", TaskKinds = ["k"], TaskSlots = 1_000, Components = [] },
            },
        ],
        "",
        new TaskDistributorOptions(),
        s_now);

    /// <summary>How often the table of tasks was read as a whole. What a connection did is known when it is gone.</summary>
    private static async Task<long> WholeReadsAsync(string address)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(deadline.Token);
        while (await ReadAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'") > 0)
        {
        }

        return await ReadAsync("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'tasks'");

        async Task<long> ReadAsync(string query)
        {
            await using var command = new NpgsqlCommand(query, connection);
            return (long)(await command.ExecuteScalarAsync(deadline.Token))!;
        }
    }
}
