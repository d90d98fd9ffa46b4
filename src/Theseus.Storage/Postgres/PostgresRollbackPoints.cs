using System.Text.Json;
using Theseus.Control;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps rollback points in a PostgreSQL database. Thread-safe.</summary>
public sealed class PostgresRollbackPoints(PostgresDatabase database) : IRollbackPointStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<RollbackPoint>> ReadPointsAsync(string? component, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<RollbackPoint>>(
        async (connection, token) => await connection.QueryAsync(
            row => JsonSerializer.Deserialize(row.GetString(0), RollbackJson.Default.RollbackPoint)!,
            $"SELECT point FROM rollback_points {(component is null ? "" : "WHERE component = $1")} ORDER BY number DESC, component",
            component is null ? [] : [component],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> TrimAsync(int count, DateTimeOffset before, CancellationToken cancellationToken) => database.TransactAsync(
        transaction => transaction.ExecuteAsync(
            """
            DELETE FROM rollback_points
            WHERE upgrade IN (SELECT id FROM upgrades WHERE has_ended)
            AND (taken_at < $1 OR $2 <=
                (SELECT count(*) FROM rollback_points newer WHERE newer.component = rollback_points.component AND newer.number > rollback_points.number))
            """,
            before.ToUniversalTime(),
            count),
        cancellationToken);

    /// <summary>Adds a point, in the transaction that makes the change.</summary>
    internal static Task AddAsync(PostgresTransaction transaction, RollbackPoint point) => transaction.ExecuteAsync(
        "INSERT INTO rollback_points (upgrade, component, number, taken_at, point) VALUES ($1, $2, $3, $4, $5)",
        point.Upgrade,
        point.Component,
        point.Number,
        point.TakenAt.ToUniversalTime(),
        JsonSerializer.Serialize(point, RollbackJson.Default.RollbackPoint));
}
