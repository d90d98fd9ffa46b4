using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps distributed tasks in a PostgreSQL database. Thread-safe, and safe for several control planes on one database.</summary>
/// <remarks>
/// Tasks are many, and nobody's audit: they are changed beside the ledger's lock. Who claims has a lock of that, so that
/// what is counted for the limits stays as it is; rows that somebody else is changing meanwhile are passed over.
/// </remarks>
public sealed class PostgresTaskStore(PostgresDatabase database) : ITaskStore
{
    // 'Task' in ASCII; with the schema, since several may lie in one database.
    private const string ClaimLock = "SELECT pg_advisory_xact_lock(1415672683, hashtext(current_schema()))";

    // The state that indexes are for, written out in their conditions and so in the queries that are to use them.
    private const string IsAssigned = "state = 1";
    private const string Columns = "number, id, revision, state, request, standing";

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> AddAsync(IReadOnlyList<DistributedTask> tasks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return database.TransactBesideAsync<IReadOnlyList<DistributedTask>>(
            async transaction =>
            {
                var numbers = await InsertAsync(transaction, tasks).ConfigureAwait(false);
                if (numbers.Count == tasks.Count)
                {
                    return [.. tasks.Select(task => task with { Number = numbers[task.Id] })];
                }

                // Known by their keys; or by their ids, when this very transaction was done before and its answer was lost.
                var left = tasks.Where(task => !numbers.ContainsKey(task.Id)).ToList();
                var known = await transaction.QueryAsync(
                    row => (Key: row.IsDBNull(6) ? null : Convert.ToHexString(row.GetFieldValue<byte[]>(6)), Task: Read(row)),
                    $"SELECT {Columns}, request_key FROM tasks WHERE id = ANY($1) OR request_key = ANY($2)",
                    left.Select(task => task.Id).ToArray(),
                    left.Select(task => KeyOf(task.Request)).OfType<byte[]>().ToArray()).ConfigureAwait(false);
                var byId = known.ToDictionary(one => one.Task.Id, one => one.Task, StringComparer.Ordinal);
                var byKey = known.Where(one => one.Key is not null).ToDictionary(one => one.Key!, one => one.Task, StringComparer.Ordinal);
                return
                [
                    .. tasks.Select(task => numbers.TryGetValue(task.Id, out var number) ? task with { Number = number }
                        : byId.TryGetValue(task.Id, out var same) ? same
                        : TaskKeys.Check(byKey[Convert.ToHexString(KeyOf(task.Request)!)], task.Request)),
                ];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DistributedTask>> FindByKeyAsync(IReadOnlyList<TaskRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var known = await ReadAsync($"SELECT {Columns} FROM tasks WHERE request_key = ANY($1)", cancellationToken, [requests.Select(KeyOf).OfType<byte[]>().ToArray()]).ConfigureAwait(false);
        var byKey = known.ToDictionary(task => TaskKeys.Of(task.Request)!, StringComparer.Ordinal);
        return [.. requests.Where(request => TaskKeys.Of(request) is { } key && byKey.ContainsKey(key)).Select(request => TaskKeys.Check(byKey[TaskKeys.Of(request)!], request))];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ClaimAsync(ITaskChooser chooser, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chooser);
        return database.TransactBesideAsync<IReadOnlyList<DistributedTask>>(
            async transaction =>
            {
                await transaction.ExecuteAsync(ClaimLock).ConfigureAwait(false);
                var lanes = await ReadLanesAsync(transaction.QueryAsync, chooser.AfterLane, chooser.MostLanes).ConfigureAwait(false);
                if (lanes.Count == 0)
                {
                    chooser.Pick(new Dictionary<string, int>(), lanes);
                    return [];
                }

                var assigned = await transaction.QueryAsync(
                    row => (Node: PostgresText.Read(row.GetString(0)), Count: (int)row.GetInt64(1)), $"SELECT node, count(*) FROM tasks WHERE {IsAssigned} GROUP BY node").ConfigureAwait(false);
                var picks = chooser.Pick(assigned.ToDictionary(one => one.Node, one => one.Count, StringComparer.Ordinal), lanes);
                var numbers = await transaction.QueryAsync(
                    row => row.GetInt64(0),
                    """
                    SELECT ready.number FROM unnest($1::text[], $2::integer[]) AS pick (lane, most)
                    CROSS JOIN LATERAL (SELECT number, priority FROM tasks WHERE is_ready AND lane = pick.lane ORDER BY priority DESC, number LIMIT pick.most) AS ready
                    ORDER BY ready.priority DESC, ready.number LIMIT $3
                    """,
                    picks.Select(pick => PostgresText.Of(pick.Lane)).ToArray(),
                    picks.Select(pick => pick.Most).ToArray(),
                    chooser.MostTasks).ConfigureAwait(false);
                var tasks = await transaction.QueryAsync(
                    Read, $"SELECT {Columns} FROM tasks WHERE number = ANY($1) AND is_ready ORDER BY priority DESC, number FOR UPDATE SKIP LOCKED", numbers.ToArray()).ConfigureAwait(false);
                var chosen = chooser.Choose(tasks, await CountGroupsAsync(transaction, tasks).ConfigureAwait(false));
                var changed = await WriteAsync(transaction, chosen).ConfigureAwait(false);
                return [.. chosen.Where(task => changed.Contains(task.Id))];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> UpdateAsync(IReadOnlyList<DistributedTask> tasks, AuditEntry? entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return entry is null
            ? database.TransactBesideAsync<IReadOnlySet<string>>(async transaction => await WriteAsync(transaction, tasks).ConfigureAwait(false), cancellationToken)
            : database.TransactAsync<IReadOnlySet<string>>(
                async transaction =>
                {
                    var changed = await WriteAsync(transaction, tasks).ConfigureAwait(false);
                    if (changed.Count > 0)
                    {
                        await transaction.AppendAsync(entry).ConfigureAwait(false);
                    }

                    return changed;
                },
                cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ReadAsync($"SELECT {Columns} FROM tasks WHERE id = ANY($1)", cancellationToken, [ids.Select(Plain).ToArray()]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadNewestAsync(TaskFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return ReadAsync(
            $"""
            SELECT {Columns} FROM tasks
            WHERE number < $1 {(filter.State is { } state ? $"AND state = {(int)state}" : "")} AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR node = $3)
            ORDER BY number DESC LIMIT $4
            """,
            cancellationToken,
            filter.Before ?? long.MaxValue,
            filter.Kind is { } kind ? Plain(kind) : null,
            filter.Node is { } node ? PostgresText.Of(node) : null,
            filter.Count);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadDueAsync(DateTimeOffset now, int count, CancellationToken cancellationToken) =>
        ReadAsync($"SELECT {Columns} FROM tasks WHERE look_at <= $1 ORDER BY look_at LIMIT $2", cancellationToken, now.UtcTicks, count);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AssignedCount>> CountAssignedAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AssignedCount>>(
        async (connection, token) => await connection.QueryAsync(
            row => new AssignedCount(PostgresText.Read(row.GetString(0)), row.IsDBNull(1) ? null : PostgresText.Read(row.GetString(1)), (int)row.GetInt64(2)),
            $"SELECT node, incarnation, count(*) FROM tasks WHERE {IsAssigned} GROUP BY node, incarnation ORDER BY node",
            [],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadAssignedAsync(string node, string? incarnation, int count, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM tasks WHERE {IsAssigned} AND node = $1 AND incarnation {(incarnation is null ? "IS NULL AND $2::text IS NULL" : "= $2")} LIMIT $3",
        cancellationToken,
        PostgresText.Of(node),
        incarnation is null ? null : PostgresText.Of(incarnation),
        count);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TaskLane>> ReadLanesAsync(string after, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TaskLane>>(
        async (connection, token) => await ReadLanesAsync((read, query, parameters) => connection.QueryAsync(read, query, parameters, token), after, count).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadQueuedAsync(string lane, int count, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM tasks WHERE is_ready AND lane = $1 ORDER BY priority DESC, number LIMIT $2", cancellationToken, PostgresText.Of(lane), count);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TaskCount>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TaskCount>>(
        async (connection, token) => await connection.QueryAsync(
            row => new TaskCount(row.GetString(0), (TaskState)row.GetInt32(1), row.GetInt64(2)),
            """
            SELECT kind, state, sum(many)::bigint FROM (
                SELECT kind, state, count(*) AS many FROM tasks GROUP BY kind, state
                UNION ALL SELECT kind, state, many FROM removed_tasks) AS counted
            GROUP BY kind, state ORDER BY kind, state
            """,
            [],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> TrimAsync(DateTimeOffset endedBefore, long keep, int count, CancellationToken cancellationToken) => database.TransactBesideAsync(
        async transaction =>
        {
            var removed = await transaction.QueryAsync(
                row => (Kind: row.GetString(0), State: row.GetInt32(1)),
                """
                DELETE FROM tasks WHERE number IN (
                    (SELECT number FROM tasks WHERE ended_at IS NOT NULL ORDER BY ended_at
                        LIMIT least($1::bigint, greatest((SELECT count(*) FROM tasks WHERE ended_at IS NOT NULL) - $2, 0)))
                    UNION
                    (SELECT number FROM tasks WHERE ended_at < $3 ORDER BY ended_at LIMIT $1))
                RETURNING kind, state
                """,
                (long)count,
                keep,
                endedBefore.UtcTicks).ConfigureAwait(false);
            // In one order, so that no two wait for each other.
            foreach (var same in removed.GroupBy(one => one).OrderBy(one => one.Key.Kind, StringComparer.Ordinal).ThenBy(one => one.Key.State))
            {
                await transaction.ExecuteAsync(
                    "INSERT INTO removed_tasks AS removed (kind, state, many) VALUES ($1, $2, $3) ON CONFLICT (kind, state) DO UPDATE SET many = removed.many + excluded.many",
                    same.Key.Kind,
                    same.Key.State,
                    (long)same.Count()).ConfigureAwait(false);
            }

            return removed.Count;
        },
        cancellationToken);

    private static async Task<Dictionary<string, long>> InsertAsync(PostgresTransaction transaction, IReadOnlyList<DistributedTask> tasks)
    {
        var inserted = await transaction.QueryAsync(
            row => (Id: row.GetString(0), Number: row.GetInt64(1)),
            """
            INSERT INTO tasks (id, revision, state, kind, lane, priority, spread_group, is_ready, look_at, request_key, standing, request)
            SELECT id, revision, state, kind, lane, priority, spread_group, is_ready, look_at, request_key, standing, request
            FROM unnest($1::text[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::boolean[], $9::bigint[], $10::bytea[], $11::text[], $12::text[])
                WITH ORDINALITY AS task (id, revision, state, kind, lane, priority, spread_group, is_ready, look_at, request_key, standing, request, turn)
            ORDER BY turn ON CONFLICT DO NOTHING RETURNING id, number
            """,
            tasks.Select(task => task.Id).ToArray(),
            tasks.Select(task => task.Revision).ToArray(),
            tasks.Select(task => (int)task.State).ToArray(),
            tasks.Select(task => task.Request.Kind).ToArray(),
            tasks.Select(task => PostgresText.Of(TaskLanes.Of(task.Request))).ToArray(),
            tasks.Select(task => task.Request.Priority).ToArray(),
            tasks.Select(task => SpreadOf(task.Request.Placement.SpreadGroup)).ToArray(),
            tasks.Select(TaskStanding.IsReady).ToArray(),
            tasks.Select(task => task.LookAt?.UtcTicks).ToArray(),
            tasks.Select(task => KeyOf(task.Request)).ToArray(),
            tasks.Select(TaskStanding.Write).ToArray(),
            tasks.Select(task => TaskStanding.Write(task.Request)).ToArray()).ConfigureAwait(false);
        return inserted.ToDictionary(one => one.Id, one => one.Number, StringComparer.Ordinal);
    }

    private static async Task<HashSet<string>> WriteAsync(PostgresTransaction transaction, IReadOnlyList<DistributedTask> tasks)
    {
        if (tasks.Count == 0)
        {
            return [];
        }

        var changed = await transaction.QueryAsync(
            row => row.GetString(0),
            """
            UPDATE tasks SET revision = task.revision, state = task.state, node = task.node, incarnation = task.incarnation,
                is_ready = task.is_ready, look_at = task.look_at, ended_at = task.ended_at, standing = task.standing
            FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::boolean[], $7::bigint[], $8::bigint[], $9::text[])
                AS task (number, revision, state, node, incarnation, is_ready, look_at, ended_at, standing)
            WHERE tasks.number = task.number AND tasks.revision = task.revision - 1 RETURNING id
            """,
            tasks.Select(task => task.Number).ToArray(),
            tasks.Select(task => task.Revision).ToArray(),
            tasks.Select(task => (int)task.State).ToArray(),
            tasks.Select(task => TextOf(task.Node)).ToArray(),
            tasks.Select(task => TextOf(task.Incarnation)).ToArray(),
            tasks.Select(TaskStanding.IsReady).ToArray(),
            tasks.Select(task => task.LookAt?.UtcTicks).ToArray(),
            tasks.Select(task => task.EndedAt?.UtcTicks).ToArray(),
            tasks.Select(TaskStanding.Write).ToArray()).ConfigureAwait(false);
        return [.. changed];
    }

    // From one lane to the next by the index, past all the tasks between: a queue may be long, and its lanes are few.
    private static Task<List<TaskLane>> ReadLanesAsync(
        Func<Func<NpgsqlDataReader, TaskLane>, string, object?[], Task<List<TaskLane>>> query, string after, int count) => query(
        row => TaskStanding.ReadLane(PostgresText.Read(row.GetString(0)), row.GetString(1)),
        """
        WITH RECURSIVE lanes (lane) AS (
            (SELECT lane FROM tasks WHERE is_ready AND lane > $1 ORDER BY lane LIMIT 1)
            UNION ALL
            SELECT (SELECT tasks.lane FROM tasks WHERE is_ready AND tasks.lane > lanes.lane ORDER BY tasks.lane LIMIT 1) FROM lanes WHERE lanes.lane IS NOT NULL)
        SELECT found.lane, (SELECT request FROM tasks WHERE is_ready AND tasks.lane = found.lane LIMIT 1)
        FROM (SELECT lane FROM lanes WHERE lane IS NOT NULL LIMIT $2) AS found
        """,
        [after.Length > 0 ? PostgresText.Of(after) : "", count]);

    private static async Task<IReadOnlyList<GroupCount>> CountGroupsAsync(PostgresTransaction transaction, List<DistributedTask> tasks)
    {
        var groups = tasks.Select(task => SpreadOf(task.Request.Placement.SpreadGroup)).Where(group => group.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
        return groups.Length == 0 ? [] : await transaction.QueryAsync(
            row => new GroupCount(PostgresText.Read(row.GetString(0)), PostgresText.Read(row.GetString(1)), (int)row.GetInt64(2)),
            $"SELECT spread_group, node, count(*) FROM tasks WHERE {IsAssigned} AND spread_group <> '' AND spread_group = ANY($1) GROUP BY spread_group, node",
            [groups]).ConfigureAwait(false);
    }

    private Task<IReadOnlyList<DistributedTask>> ReadAsync(string query, CancellationToken cancellationToken, params object?[] parameters) => database.ReadAsync<IReadOnlyList<DistributedTask>>(
        async (connection, token) => await connection.QueryAsync(Read, query, parameters, token).ConfigureAwait(false),
        cancellationToken);

    private static string? TextOf(string? value) => value is null ? null : PostgresText.Of(value);

    private static string SpreadOf(string group) => group.Length > 0 ? PostgresText.Of(group) : "";

    // What somebody asks for may have a character that PostgreSQL's text cannot; nothing that is stored plainly has.
    private static string Plain(string value) => value.Replace('\0', '\uFFFD');

    private static byte[]? KeyOf(TaskRequest request) => TaskKeys.Of(request) is { } key ? SHA256.HashData(Encoding.UTF8.GetBytes(key)) : null;

    private static DistributedTask Read(NpgsqlDataReader row) =>
        TaskStanding.Read(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt32(3), row.GetString(4), row.GetString(5));
}
