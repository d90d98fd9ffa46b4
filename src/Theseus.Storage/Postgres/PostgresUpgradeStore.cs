using System.Text.Json;
using Npgsql;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps upgrades in a PostgreSQL database. Thread-safe, and safe for several control planes on one database.</summary>
public sealed class PostgresUpgradeStore(PostgresDatabase database) : IUpgradeStore
{
    private const string LineStop = "line-stop";

    /// <inheritdoc/>
    public Task<UpgradeRecord> AddAsync(UpgradeRecord upgrade, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        return database.TransactAsync(
            async transaction =>
            {
                var key = KeyOf(upgrade.Request);
                if (key is not null && (await transaction.QueryAsync(Read, "SELECT record FROM upgrades WHERE request_key = $1", key).ConfigureAwait(false)).FirstOrDefault() is { } known)
                {
                    return RequestKeys.Check(known, upgrade.Request);
                }

                foreach (var target in upgrade.Request.Targets)
                {
                    var others = await transaction.QueryAsync(row => row.GetString(0), "SELECT upgrade FROM components_in_upgrade WHERE component = $1", target.Component).ConfigureAwait(false);
                    if (others is [var other, ..])
                    {
                        throw Conflicts.Busy(target.Component, other);
                    }

                    await transaction.ExecuteAsync("INSERT INTO components_in_upgrade (component, upgrade) VALUES ($1, $2)", target.Component, upgrade.Id).ConfigureAwait(false);
                }

                var numbers = await transaction.QueryAsync(row => row.GetInt64(0), "UPDATE ledger SET number = greatest(number + 1, $1) RETURNING number", upgrade.Number).ConfigureAwait(false);
                var added = upgrade with { Number = numbers[0] };
                await transaction.ExecuteAsync(
                    "INSERT INTO upgrades (number, id, revision, state, has_ended, record, request_key) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    added.Number,
                    added.Id,
                    added.Revision,
                    added.State.ToString(),
                    added.HasEnded,
                    Write(added),
                    key).ConfigureAwait(false);
                await LandAsync(transaction, added).ConfigureAwait(false);
                await transaction.AppendAsync(entry).ConfigureAwait(false);
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
            async transaction =>
            {
                await PostgresDrivingLeases.CheckAsync(transaction, upgrade).ConfigureAwait(false);
                var changed = await transaction.ExecuteAsync(
                    "UPDATE upgrades SET revision = $2, state = $3, has_ended = $4, record = $5 WHERE id = $1 AND revision = $6",
                    upgrade.Id,
                    upgrade.Revision,
                    upgrade.State.ToString(),
                    upgrade.HasEnded,
                    Write(upgrade),
                    upgrade.Revision - 1).ConfigureAwait(false);
                if (changed != 1)
                {
                    throw Conflicts.Changed(upgrade);
                }

                if (upgrade.HasEnded)
                {
                    await transaction.ExecuteAsync("DELETE FROM components_in_upgrade WHERE upgrade = $1", upgrade.Id).ConfigureAwait(false);
                }

                await LandAsync(transaction, upgrade).ConfigureAwait(false);
                foreach (var point in points)
                {
                    await PostgresRollbackPoints.AddAsync(transaction, point).ConfigureAwait(false);
                }

                await transaction.AppendAsync(entry).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<UpgradeRecord?> FindByKeyAsync(UpgradeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (KeyOf(request) is not { } key)
        {
            return null;
        }

        var known = await database.ReadAsync((connection, token) => connection.QueryAsync(Read, "SELECT record FROM upgrades WHERE request_key = $1", [key], token), cancellationToken).ConfigureAwait(false);
        return known is [var one, ..] ? RequestKeys.Check(one, request) : null;
    }

    /// <inheritdoc/>
    public Task<UpgradeRecord?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) => (await connection.QueryAsync(Read, "SELECT record FROM upgrades WHERE id = $1", [id], token).ConfigureAwait(false)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UpgradeRecord>> ReadRunningAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<UpgradeRecord>>(
        async (connection, token) => await connection.QueryAsync(Read, "SELECT record FROM upgrades WHERE NOT has_ended ORDER BY number", [], token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UpgradeRecord>> ReadNewestAsync(long? before, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<UpgradeRecord>>(
        async (connection, token) => await connection.QueryAsync(
            Read, "SELECT record FROM upgrades WHERE number < $1 ORDER BY number DESC LIMIT $2", [before ?? long.MaxValue, count], token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UpgradeRecord>> ReadLandedAsync(string component, long? before, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<UpgradeRecord>>(
        async (connection, token) => await connection.QueryAsync(
            Read,
            "SELECT record FROM landed_upgrades JOIN upgrades USING (number) WHERE component = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
            [component, before ?? long.MaxValue, count],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<UpgradeState, long>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyDictionary<UpgradeState, long>>(
        async (connection, token) =>
            (await connection.QueryAsync(row => (State: Enum.Parse<UpgradeState>(row.GetString(0)), Count: row.GetInt64(1)), "SELECT state, count(*) FROM upgrades GROUP BY state", [], token).ConfigureAwait(false))
            .ToDictionary(one => one.State, one => one.Count),
        cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ReadLineStopAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
            (await connection.QueryAsync(row => PostgresText.Read(row.GetString(0)), "SELECT value FROM settings WHERE name = $1", [LineStop], token).ConfigureAwait(false)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task WriteLineStopAsync(string? reason, AuditEntry entry, CancellationToken cancellationToken) => database.TransactAsync(
        async transaction =>
        {
            await transaction.ExecuteAsync("DELETE FROM settings WHERE name = $1", LineStop).ConfigureAwait(false);
            if (reason is not null)
            {
                await transaction.ExecuteAsync("INSERT INTO settings (name, value) VALUES ($1, $2)", LineStop, PostgresText.Of(reason)).ConfigureAwait(false);
            }

            await transaction.AppendAsync(entry).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Notes the components of an upgrade that has landed.</summary>
    private static async Task LandAsync(PostgresTransaction transaction, UpgradeRecord upgrade)
    {
        foreach (var component in Landings.Of(upgrade))
        {
            await transaction.ExecuteAsync("INSERT INTO landed_upgrades (component, number) VALUES ($1, $2) ON CONFLICT DO NOTHING", component, upgrade.Number).ConfigureAwait(false);
        }
    }

    private static byte[]? KeyOf(UpgradeRequest request) => RequestKeys.Of(request) is { } key ? RequestKeys.Short(key) : null;

    private static string Write(UpgradeRecord upgrade) => JsonSerializer.Serialize(upgrade, UpgradeJson.Default.UpgradeRecord);

    private static UpgradeRecord Read(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetString(0), UpgradeJson.Default.UpgradeRecord)!;
}
