using System.Text.Json;
using Npgsql;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps rollback points in a PostgreSQL database. Thread-safe.</summary>
public sealed class PostgresRollbackPoints(PostgresDatabase database) : IRollbackPointStore
{
    private const string Trim = """
        DELETE FROM rollback_points
        WHERE upgrade IN (SELECT id FROM upgrades WHERE has_ended)
        AND (taken_at < $1 OR $2 <=
            (SELECT count(*) FROM rollback_points newer WHERE newer.component = rollback_points.component AND newer.number > rollback_points.number))
        RETURNING point
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<RollbackPoint>> ReadPointsAsync(string? component, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<RollbackPoint>>(
        async (connection, token) => await connection.QueryAsync(
            Read,
            $"SELECT point FROM rollback_points {(component is null ? "" : "WHERE component = $1")} ORDER BY number DESC, component",
            component is null ? [] : [component],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> TrimAsync(int count, DateTimeOffset before, Func<RollbackPoint, AuditEntry> entryOf, CancellationToken cancellationToken) => database.TransactAsync(
        async transaction =>
        {
            var removed = await transaction.QueryAsync(Read, Trim, before.ToUniversalTime(), count).ConfigureAwait(false);
            foreach (var point in removed.OrderBy(point => point.Number).ThenBy(point => point.Component, StringComparer.Ordinal))
            {
                await transaction.AppendAsync(entryOf(point)).ConfigureAwait(false);
            }

            return removed.Count;
        },
        cancellationToken);

    /// <summary>Adds a point, in the transaction that makes the change.</summary>
    internal static Task AddAsync(PostgresTransaction transaction, RollbackPoint point) => transaction.ExecuteAsync(
        "INSERT INTO rollback_points (upgrade, component, number, taken_at, point) VALUES ($1, $2, $3, $4, $5)",
        point.Upgrade,
        point.Component,
        point.Number,
        point.TakenAt.ToUniversalTime(),
        JsonSerializer.Serialize(point, RollbackJson.Default.RollbackPoint));

    private static RollbackPoint Read(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetString(0), RollbackJson.Default.RollbackPoint)!;
}
