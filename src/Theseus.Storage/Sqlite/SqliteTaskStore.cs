using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps distributed tasks in a SQLite database. Thread-safe.</summary>
public sealed class SqliteTaskStore(SqliteDatabase database) : ITaskStore
{
    // The states that indexes are for, written out in their conditions and so in the queries that are to use them.
    private const string IsAssigned = "state = 1";
    private const string Columns = "number, id, revision, state, request, standing";

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> AddAsync(IReadOnlyList<DistributedTask> tasks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return database.TransactAsync<IReadOnlyList<DistributedTask>>(
            connection =>
            {
                using var find = new RepeatedCommand(connection, $"SELECT {Columns} FROM tasks WHERE request_key = $0", 1);
                using var insert = new RepeatedCommand(
                    connection,
                    """
                    INSERT INTO tasks (id, revision, state, kind, lane, priority, spread_group, is_ready, look_at, request_key, standing, request)
                    VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING number
                    """,
                    12);
                var added = new List<DistributedTask>(tasks.Count);
                foreach (var task in tasks)
                {
                    var key = TaskKeys.Of(task.Request);
                    added.Add(key is not null && find.One(Read, key) is { } known ? TaskKeys.Check(known, task.Request) : task with
                    {
                        Number = insert.Number(
                            task.Id,
                            task.Revision,
                            (int)task.State,
                            task.Request.Kind,
                            TaskLanes.Of(task.Request),
                            task.Request.Priority,
                            task.Request.Placement.SpreadGroup,
                            TaskStanding.IsReady(task),
                            task.LookAt?.UtcTicks,
                            key,
                            TaskStanding.Write(task),
                            TaskStanding.Write(task.Request)),
                    });
                }

                return added;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> FindByKeyAsync(IReadOnlyList<TaskRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return database.ReadAsync<IReadOnlyList<DistributedTask>>(
            connection =>
            {
                using var find = new RepeatedCommand(connection, $"SELECT {Columns} FROM tasks WHERE request_key = $0", 1);
                var found = new List<DistributedTask>();
                foreach (var request in requests)
                {
                    if (TaskKeys.Of(request) is { } key && find.One(Read, key) is { } known)
                    {
                        found.Add(TaskKeys.Check(known, request));
                    }
                }

                return found;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ClaimAsync(ITaskChooser chooser, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chooser);
        return database.TransactAsync<IReadOnlyList<DistributedTask>>(
            connection =>
            {
                var lanes = ReadLanes(connection, chooser.AfterLane, chooser.MostLanes);
                if (lanes.Count == 0)
                {
                    chooser.Pick(new Dictionary<string, int>(), lanes);
                    return [];
                }

                var assigned = connection.Query(row => (Node: row.GetString(0), Count: row.GetInt32(1)), $"SELECT node, count(*) FROM tasks WHERE {IsAssigned} GROUP BY node")
                    .ToDictionary(one => one.Node, one => one.Count, StringComparer.Ordinal);
                var numbers = chooser.Pick(assigned, lanes)
                    .SelectMany(pick => connection.Query(
                        row => (Number: row.GetInt64(0), Priority: row.GetInt32(1)),
                        "SELECT number, priority FROM tasks WHERE is_ready = 1 AND lane = $lane ORDER BY priority DESC, number LIMIT $most",
                        ("$lane", pick.Lane),
                        ("$most", pick.Most)))
                    .OrderByDescending(one => one.Priority)
                    .ThenBy(one => one.Number)
                    .Take(chooser.MostTasks)
                    .Select(one => one.Number)
                    .ToList();
                var tasks = connection.Query(Read, $"SELECT {Columns} FROM tasks WHERE number IN (SELECT value FROM json_each($numbers)) ORDER BY priority DESC, number", ("$numbers", JsonSerializer.Serialize(numbers, StorageJson.Default.ListInt64)));
                var chosen = chooser.Choose(tasks, CountGroups(connection, tasks));
                var changed = Write(connection, chosen);
                return [.. chosen.Where(task => changed.Contains(task.Id))];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> UpdateAsync(IReadOnlyList<DistributedTask> tasks, AuditEntry? entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        return database.TransactAsync<IReadOnlySet<string>>(
            connection =>
            {
                var changed = Write(connection, tasks);
                if (entry is not null && changed.Count > 0)
                {
                    SqliteAudit.Append(connection, entry);
                }

                return changed;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM tasks WHERE id IN (SELECT value FROM json_each($ids))", cancellationToken, ("$ids", JsonSerializer.Serialize([.. ids], StorageJson.Default.ListString)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadNewestAsync(TaskFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return ReadAsync(
            $"""
            SELECT {Columns} FROM tasks
            WHERE number < $before {(filter.State is { } state ? $"AND state = {(int)state}" : "")} {(filter.Kind is null ? "" : "AND kind = $kind")} {(filter.Node is null ? "" : "AND node = $node")}
            ORDER BY number DESC LIMIT $count
            """,
            cancellationToken,
            [("$before", filter.Before ?? long.MaxValue), ("$count", filter.Count), .. filter.Kind is { } kind ? [("$kind", kind)] : Array.Empty<(string, object?)>(), .. filter.Node is { } node ? [("$node", node)] : Array.Empty<(string, object?)>()]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadDueAsync(DateTimeOffset now, int count, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM tasks WHERE look_at <= $now ORDER BY look_at LIMIT $count", cancellationToken, ("$now", now.UtcTicks), ("$count", count));

    /// <inheritdoc/>
    public Task<IReadOnlyList<AssignedCount>> CountAssignedAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AssignedCount>>(
        connection => connection.Query(
            row => new AssignedCount(row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetInt32(2)),
            $"SELECT node, incarnation, count(*) FROM tasks WHERE {IsAssigned} GROUP BY node, incarnation ORDER BY node"),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadAssignedAsync(string node, string? incarnation, int count, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM tasks WHERE {IsAssigned} AND node = $node AND incarnation IS $incarnation LIMIT $count", cancellationToken, ("$node", node), ("$incarnation", incarnation), ("$count", count));

    /// <inheritdoc/>
    public Task<IReadOnlyList<TaskLane>> ReadLanesAsync(string after, int count, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<TaskLane>>(connection => ReadLanes(connection, after, count), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DistributedTask>> ReadQueuedAsync(string lane, int count, CancellationToken cancellationToken) => ReadAsync(
        $"SELECT {Columns} FROM tasks WHERE is_ready = 1 AND lane = $lane ORDER BY priority DESC, number LIMIT $count", cancellationToken, ("$lane", lane), ("$count", count));

    /// <inheritdoc/>
    public Task<IReadOnlyList<TaskCount>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TaskCount>>(
        connection => connection.Query(
            row => new TaskCount(row.GetString(0), (TaskState)row.GetInt32(1), row.GetInt64(2)),
            """
            SELECT kind, state, sum(many) FROM (
                SELECT kind, state, count(*) AS many FROM tasks GROUP BY kind, state
                UNION ALL SELECT kind, state, many FROM removed_tasks)
            GROUP BY kind, state ORDER BY kind, state
            """),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> TrimAsync(DateTimeOffset endedBefore, long keep, int count, CancellationToken cancellationToken) => database.TransactAsync(
        connection =>
        {
            var removed = connection.Query(
                row => (Kind: row.GetString(0), State: row.GetInt32(1)),
                """
                DELETE FROM tasks WHERE number IN (
                    SELECT number FROM (SELECT number, ended_at FROM tasks WHERE ended_at IS NOT NULL ORDER BY ended_at
                        LIMIT min($count, max((SELECT count(*) FROM tasks WHERE ended_at IS NOT NULL) - $keep, 0)))
                    UNION
                    SELECT number FROM (SELECT number FROM tasks WHERE ended_at < $before ORDER BY ended_at LIMIT $count))
                RETURNING kind, state
                """,
                ("$count", count),
                ("$keep", keep),
                ("$before", endedBefore.UtcTicks));
            foreach (var same in removed.GroupBy(one => one))
            {
                connection.Execute(
                    "INSERT INTO removed_tasks (kind, state, many) VALUES ($kind, $state, $many) ON CONFLICT (kind, state) DO UPDATE SET many = many + excluded.many",
                    ("$kind", same.Key.Kind),
                    ("$state", same.Key.State),
                    ("$many", same.Count()));
            }

            return removed.Count;
        },
        cancellationToken);

    private static HashSet<string> Write(SqliteConnection connection, IReadOnlyList<DistributedTask> tasks)
    {
        using var update = new RepeatedCommand(
            connection,
            """
            UPDATE tasks SET revision = $0, state = $1, node = $2, incarnation = $3, is_ready = $4, look_at = $5, ended_at = $6, standing = $7
            WHERE number = $8 AND revision = $9
            """,
            10);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            if (update.Execute(
                task.Revision,
                (int)task.State,
                task.Node,
                task.Incarnation,
                TaskStanding.IsReady(task),
                task.LookAt?.UtcTicks,
                task.EndedAt?.UtcTicks,
                TaskStanding.Write(task),
                task.Number,
                task.Revision - 1) == 1)
            {
                changed.Add(task.Id);
            }
        }

        return changed;
    }

    // From one lane to the next by the index, past all the tasks between: a queue may be long, and its lanes are few.
    private static List<TaskLane> ReadLanes(SqliteConnection connection, string after, int count) => connection.Query(
        row => TaskStanding.ReadLane(row.GetString(0), row.GetString(1)),
        """
        WITH RECURSIVE lanes (lane) AS (
            SELECT min(lane) FROM tasks WHERE is_ready = 1 AND lane > $after
            UNION ALL
            SELECT (SELECT min(lane) FROM tasks WHERE is_ready = 1 AND lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL
            LIMIT $count)
        SELECT lane, (SELECT request FROM tasks WHERE is_ready = 1 AND tasks.lane = lanes.lane LIMIT 1) FROM lanes WHERE lane IS NOT NULL
        """,
        ("$after", after),
        ("$count", count));

    private static List<GroupCount> CountGroups(SqliteConnection connection, List<DistributedTask> tasks)
    {
        var groups = tasks.Select(task => task.Request.Placement.SpreadGroup).Where(group => group.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return groups.Count == 0 ? [] : connection.Query(
            row => new GroupCount(row.GetString(0), row.GetString(1), row.GetInt32(2)),
            $"SELECT spread_group, node, count(*) FROM tasks WHERE {IsAssigned} AND spread_group <> '' AND spread_group IN (SELECT value FROM json_each($groups)) GROUP BY spread_group, node",
            ("$groups", JsonSerializer.Serialize(groups, StorageJson.Default.ListString)));
    }

    private Task<IReadOnlyList<DistributedTask>> ReadAsync(string query, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        database.ReadAsync<IReadOnlyList<DistributedTask>>(connection => connection.Query(Read, query, parameters), cancellationToken);

    private static DistributedTask Read(SqliteDataReader row) =>
        TaskStanding.Read(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt32(3), row.GetString(4), row.GetString(5));
}
