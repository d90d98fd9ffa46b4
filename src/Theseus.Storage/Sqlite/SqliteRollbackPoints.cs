using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps rollback points in a SQLite database. Thread-safe.</summary>
public sealed class SqliteRollbackPoints(SqliteDatabase database) : IRollbackPointStore
{
    private const string Trim = """
        DELETE FROM rollback_points
        WHERE upgrade IN (SELECT id FROM upgrades WHERE has_ended = 1)
        AND (taken_at < $before OR $count <=
            (SELECT count(*) FROM rollback_points newer WHERE newer.component = rollback_points.component AND newer.number > rollback_points.number))
        RETURNING point
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<RollbackPoint>> ReadPointsAsync(string? component, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<RollbackPoint>>(
        connection => connection.Query(
            Read,
            "SELECT point FROM rollback_points WHERE $component IS NULL OR component = $component ORDER BY number DESC, component",
            ("$component", component)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> TrimAsync(int count, DateTimeOffset before, Func<RollbackPoint, AuditEntry> entryOf, CancellationToken cancellationToken) => database.TransactAsync(
        connection =>
        {
            var removed = connection.Query(Read, Trim, ("$before", Text(before)), ("$count", count));
            foreach (var point in removed.OrderBy(point => point.Number).ThenBy(point => point.Component, StringComparer.Ordinal))
            {
                SqliteAudit.Append(connection, entryOf(point));
            }

            return removed.Count;
        },
        cancellationToken);

    /// <summary>Adds a point, in the transaction of the change that it is taken before.</summary>
    internal static void Add(SqliteConnection connection, RollbackPoint point) => connection.Execute(
        "INSERT INTO rollback_points (upgrade, component, number, taken_at, point) VALUES ($upgrade, $component, $number, $taken, $point)",
        ("$upgrade", point.Upgrade),
        ("$component", point.Component),
        ("$number", point.Number),
        ("$taken", Text(point.TakenAt)),
        ("$point", JsonSerializer.Serialize(point, RollbackJson.Default.RollbackPoint)));

    private static RollbackPoint Read(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), RollbackJson.Default.RollbackPoint)!;

    // In one zone and one width, so that the order of texts is that of times.
    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
}
