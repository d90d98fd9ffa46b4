using Npgsql;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps the leases of upgrades in a PostgreSQL database. Thread-safe, and safe for several control planes on one database.</summary>
/// <remarks>To take or renew a lease twice, because the answer to the first time was lost, does no harm: the token grows once more, or the end moves.</remarks>
public sealed class PostgresDrivingLeases(PostgresDatabase database) : IDrivingLeases
{
    // Not now(), which is when the transaction began: before it waited for its turn.
    private const string Clock = "clock_timestamp()";
    private const string Columns = "upgrade, owner, token, until";

    /// <inheritdoc/>
    public bool AreShared => true;

    /// <inheritdoc/>
    public Task<IReadOnlyList<DrivenHead>> ReadHeadsAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DrivenHead>>(
        async (connection, token) => await connection.QueryAsync(
            row =>
            {
                var lease = row.IsDBNull(2) ? null : new DrivingLease(row.GetString(0), row.GetString(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4));
                return new DrivenHead(row.GetString(0), row.GetInt64(1), lease, row.GetBoolean(5));
            },
            $"SELECT id, revision, owner, token, greatest(until, 'epoch'), coalesce(until <= {Clock}, true) FROM upgrades LEFT JOIN upgrade_leases ON upgrade = id WHERE NOT has_ended ORDER BY number",
            [],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<DrivingLease?> FindAsync(string upgrade, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) => (await connection.QueryAsync(Read, "SELECT upgrade, owner, token, greatest(until, 'epoch') FROM upgrade_leases WHERE upgrade = $1", [upgrade], token).ConfigureAwait(false)).SingleOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<DrivingLease?> TryTakeAsync(string upgrade, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return OneAsync(
            $"""
            INSERT INTO upgrade_leases AS held ({Columns})
            SELECT id, $2, 1, {Clock} + $3 FROM upgrades WHERE id = $1 AND NOT has_ended
            ON CONFLICT (upgrade) DO UPDATE SET owner = excluded.owner, token = held.token + 1, until = excluded.until
            WHERE held.until <= {Clock} OR held.owner = excluded.owner
            RETURNING {Columns}
            """,
            [upgrade, owner, duration],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<DrivingLease?> RenewAsync(DrivingLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return OneAsync($"UPDATE upgrade_leases SET until = {Clock} + $3 WHERE upgrade = $1 AND token = $2 RETURNING {Columns}", [lease.Upgrade, lease.Token, duration], cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(DrivingLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return OneAsync($"UPDATE upgrade_leases SET until = '-infinity' WHERE upgrade = $1 AND token = $2 RETURNING upgrade, owner, token, {Clock}", [lease.Upgrade, lease.Token], cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DrivingLease>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DrivingLease>>(
        async (connection, token) => await connection.QueryAsync(Read, $"SELECT upgrade, owner, token, greatest(until, 'epoch') FROM upgrade_leases ORDER BY upgrade", [], token).ConfigureAwait(false),
        cancellationToken);

    /// <summary>Sees that a change is made under the newest token, in the transaction of the change; and takes the lease of an upgrade that ends away.</summary>
    internal static async Task CheckAsync(PostgresTransaction transaction, UpgradeRecord upgrade)
    {
        var held = await transaction.QueryAsync(Read, "SELECT upgrade, owner, token, greatest(until, 'epoch') FROM upgrade_leases WHERE upgrade = $1", upgrade.Id).ConfigureAwait(false);
        if (held is [var lease] && lease.Token != upgrade.DrivenUnder)
        {
            throw Conflicts.DrivenByAnother(upgrade, lease);
        }

        if (upgrade.HasEnded)
        {
            await transaction.ExecuteAsync("DELETE FROM upgrade_leases WHERE upgrade = $1", upgrade.Id).ConfigureAwait(false);
        }
    }

    private Task<DrivingLease?> OneAsync(string statement, object?[] parameters, CancellationToken cancellationToken) => database.TransactAsync(
        async transaction => (await transaction.QueryAsync(Read, statement, parameters).ConfigureAwait(false)).SingleOrDefault(),
        cancellationToken);

    private static DrivingLease Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetFieldValue<DateTimeOffset>(3));
}
