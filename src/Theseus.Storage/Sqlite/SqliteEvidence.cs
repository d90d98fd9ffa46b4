using Theseus.Control.Upgrades;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps what upgrades are judged by in a SQLite database. Thread-safe.</summary>
public sealed class SqliteEvidence(SqliteDatabase database) : IEvidenceStore
{
    private const string Trim = """
        DELETE FROM evidence WHERE upgrade IN (
            SELECT id FROM upgrades
            WHERE has_ended = 1 AND id IN (SELECT DISTINCT upgrade FROM evidence)
            ORDER BY number DESC LIMIT -1 OFFSET $kept)
        """;

    /// <inheritdoc/>
    public Task AppendAsync(EvidenceEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return database.TransactAsync(
            connection => connection.Execute(
                "INSERT INTO evidence (upgrade, number, body) VALUES ($upgrade, $number, $body) ON CONFLICT (upgrade, number) DO NOTHING",
                ("$upgrade", entry.Upgrade),
                ("$number", entry.Number),
                ("$body", entry.Body)) == 1 ? true : throw Conflicts.Evidence(entry),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<EvidenceEntry>> ReadAsync(string upgrade, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<EvidenceEntry>>(
        connection => connection.Query(
            row => new EvidenceEntry(upgrade, row.GetInt64(0), row.GetString(1)),
            "SELECT number, body FROM evidence WHERE upgrade = $upgrade ORDER BY number",
            ("$upgrade", upgrade)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> TrimAsync(int upgrades, CancellationToken cancellationToken) =>
        database.TransactAsync(connection => connection.Execute(Trim, ("$kept", upgrades)), cancellationToken);
}
