using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps upgrades in a SQLite database. Thread-safe.</summary>
public sealed class SqliteUpgradeStore(SqliteDatabase database) : IUpgradeStore
{
    private const string LineStop = "line-stop";

    /// <inheritdoc/>
    public Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        return database.TransactAsync(
            connection =>
            {
                if (FindByKey(connection, upgrade.Request) is { } known)
                {
                    return known;
                }

                foreach (var target in upgrade.Request.Targets)
                {
                    if (connection.Scalar("SELECT upgrade FROM components_in_upgrade WHERE component = $component", ("$component", target.Component)) is string other)
                    {
                        throw Conflicts.Busy(target.Component, other);
                    }

                    connection.Execute("INSERT INTO components_in_upgrade (component, upgrade) VALUES ($component, $upgrade)", ("$component", target.Component), ("$upgrade", upgrade.Id));
                }

                connection.Execute(
                    """
                    INSERT INTO upgrades (number, id, revision, state, has_ended, record, request_key)
                    VALUES (max($least, 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'upgrades'), 0)), $id, 0, '', 0, '', $key)
                    """,
                    ("$least", upgrade.Number),
                    ("$id", upgrade.Id),
                    ("$key", RequestKeys.Of(upgrade.Request)));
                var added = upgrade with { Number = (long)connection.Scalar("SELECT last_insert_rowid()")! };
                Write(connection, added, expected: 0);
                Land(connection, added);
                SqliteAudit.Append(connection, entry);
                return added;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        ArgumentNullException.ThrowIfNull(points);
        return database.TransactAsync(
            connection =>
            {
                SqliteDrivingLeases.Check(connection, upgrade);
                Write(connection, upgrade, upgrade.Revision - 1);
                if (upgrade.HasEnded)
                {
                    connection.Execute("DELETE FROM components_in_upgrade WHERE upgrade = $upgrade", ("$upgrade", upgrade.Id));
                }

                Land(connection, upgrade);
                foreach (var point in points)
                {
                    SqliteRollbackPoints.Add(connection, point);
                }

                SqliteAudit.Append(connection, entry);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return database.ReadAsync(connection => FindByKey(connection, request), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Query(Read, "SELECT record FROM upgrades WHERE id = $id", ("$id", id)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<UpgradeRecord>>(
        connection => connection.Query(Read, "SELECT record FROM upgrades WHERE has_ended = 0 ORDER BY number"),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<UpgradeRecord>>(
        connection => connection.Query(
            Read, "SELECT record FROM upgrades WHERE number < $before ORDER BY number DESC LIMIT $count", ("$before", before ?? long.MaxValue), ("$count", count)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UpgradeRecord>> ReadLandedAsync(string component, long? before, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<UpgradeRecord>>(
        connection => connection.Query(
            Read,
            """
            SELECT record FROM landed_upgrades JOIN upgrades USING (number)
            WHERE component = $component AND number < $before ORDER BY number DESC LIMIT $count
            """,
            ("$before", before ?? long.MaxValue),
            ("$component", component),
            ("$count", count)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyDictionary<UpgradeState, long>>(
        connection => connection.Query(row => (State: Enum.Parse<UpgradeState>(row.GetString(0)), Count: row.GetInt64(1)), "SELECT state, count(*) FROM upgrades GROUP BY state")
            .ToDictionary(one => one.State, one => one.Count),
        cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ReadLineStopAsync(CancellationToken cancellationToken) => database.ReadAsync(
        connection => (string?)connection.Scalar("SELECT value FROM settings WHERE name = $name", ("$name", LineStop)),
        cancellationToken);

    /// <inheritdoc/>
    public Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken) => database.TransactAsync(
        connection =>
        {
            connection.Execute("DELETE FROM settings WHERE name = $name", ("$name", LineStop));
            if (reason is not null)
            {
                connection.Execute("INSERT INTO settings (name, value) VALUES ($name, $value)", ("$name", LineStop), ("$value", reason));
            }

            SqliteAudit.Append(connection, entry);
            return true;
        },
        cancellationToken);

    private static UpgradeRecord? FindByKey(SqliteConnection connection, UpgradeRequest request) =>
        RequestKeys.Of(request) is { } key && connection.Query(Read, "SELECT record FROM upgrades WHERE request_key = $key", ("$key", key)).FirstOrDefault() is { } known
            ? RequestKeys.Check(known, request)
            : null;

    private static void Write(SqliteConnection connection, UpgradeRecord upgrade, long expected)
    {
        var changed = connection.Execute(
            "UPDATE upgrades SET revision = $revision, state = $state, has_ended = $ended, record = $record WHERE id = $id AND revision = $expected",
            ("$revision", upgrade.Revision),
            ("$state", upgrade.State.ToString()),
            ("$ended", upgrade.HasEnded ? 1 : 0),
            ("$record", JsonSerializer.Serialize(upgrade, UpgradeJson.Default.UpgradeRecord)),
            ("$id", upgrade.Id),
            ("$expected", expected));
        if (changed != 1)
        {
            throw Conflicts.Changed(upgrade);
        }
    }

    /// <summary>Notes the components of an upgrade that has landed.</summary>
    private static void Land(SqliteConnection connection, UpgradeRecord upgrade)
    {
        foreach (var component in Landings.Of(upgrade))
        {
            connection.Execute("INSERT INTO landed_upgrades (component, number) VALUES ($component, $number) ON CONFLICT DO NOTHING", ("$component", component), ("$number", upgrade.Number));
        }
    }

    private static UpgradeRecord Read(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), UpgradeJson.Default.UpgradeRecord)!;
}
