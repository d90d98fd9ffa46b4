using Microsoft.Data.Sqlite;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps the leases of upgrades in a SQLite database. Thread-safe.</summary>
/// <param name="database">The database.</param>
/// <param name="time">The database's clock; null for that of this machine.</param>
/// <param name="areShared">Whether several control planes use the database: in one process, as in a simulation.</param>
public sealed class SqliteDrivingLeases(SqliteDatabase database, TimeProvider? time = null, bool areShared = false) : IDrivingLeases
{
    private const string Columns = "upgrade, owner, token, until";

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public bool AreShared { get; } = areShared;

    /// <inheritdoc/>
    public Task<IReadOnlyList<DrivenHead>> ReadHeadsAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DrivenHead>>(
        connection => connection.Query(
            row =>
            {
                var lease = row.IsDBNull(2) ? null : new DrivingLease(row.GetString(0), row.GetString(2), row.GetInt64(3), new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero));
                return new DrivenHead(row.GetString(0), row.GetInt64(1), lease, lease is null || lease.Until <= _time.GetUtcNow());
            },
            "SELECT id, revision, owner, token, until FROM upgrades LEFT JOIN upgrade_leases ON upgrade = id WHERE has_ended = 0 ORDER BY number"),
        cancellationToken);

    /// <inheritdoc/>
    public Task<DrivingLease?> FindAsync(string upgrade, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Query(Read, $"SELECT {Columns} FROM upgrade_leases WHERE upgrade = $upgrade", ("$upgrade", upgrade)).SingleOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<DrivingLease?> TryTakeAsync(string upgrade, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return OneAsync(
            $"""
            INSERT INTO upgrade_leases ({Columns})
            SELECT id, $owner, 1, $until FROM upgrades WHERE id = $upgrade AND has_ended = 0
            ON CONFLICT (upgrade) DO UPDATE SET owner = excluded.owner, token = upgrade_leases.token + 1, until = excluded.until
            WHERE upgrade_leases.until <= $now OR upgrade_leases.owner = excluded.owner
            RETURNING {Columns}
            """,
            upgrade,
            owner,
            0,
            duration,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<DrivingLease?> RenewAsync(DrivingLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return OneAsync($"UPDATE upgrade_leases SET until = $until WHERE upgrade = $upgrade AND token = $token RETURNING {Columns}", lease.Upgrade, lease.Owner, lease.Token, duration, cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(DrivingLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return OneAsync($"UPDATE upgrade_leases SET until = 0 WHERE upgrade = $upgrade AND token = $token RETURNING {Columns}", lease.Upgrade, lease.Owner, lease.Token, TimeSpan.Zero, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DrivingLease>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DrivingLease>>(
        connection => connection.Query(Read, $"SELECT {Columns} FROM upgrade_leases ORDER BY upgrade"),
        cancellationToken);

    /// <summary>Sees that a change is made under the newest token, in the transaction of the change; and takes the lease of an upgrade that ends away.</summary>
    internal static void Check(SqliteConnection connection, UpgradeRecord upgrade)
    {
        if (connection.Query(Read, $"SELECT {Columns} FROM upgrade_leases WHERE upgrade = $upgrade", ("$upgrade", upgrade.Id)) is [var lease] && lease.Token != upgrade.DrivenUnder)
        {
            throw Conflicts.DrivenByAnother(upgrade, lease);
        }

        if (upgrade.HasEnded)
        {
            connection.Execute("DELETE FROM upgrade_leases WHERE upgrade = $upgrade", ("$upgrade", upgrade.Id));
        }
    }

    private Task<DrivingLease?> OneAsync(string statement, string upgrade, string owner, long token, TimeSpan duration, CancellationToken cancellationToken) => database.TransactAsync(
        connection =>
        {
            var now = _time.GetUtcNow();
            return connection.Query(
                Read, statement, ("$upgrade", upgrade), ("$owner", owner), ("$token", token), ("$now", now.UtcTicks), ("$until", (now + duration).UtcTicks)).SingleOrDefault();
        },
        cancellationToken);

    private static DrivingLease Read(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2), new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero));
}
