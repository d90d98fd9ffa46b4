using Theseus.Control.Upgrades;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps what upgrades are judged by in a PostgreSQL database. Thread-safe.</summary>
public sealed class PostgresEvidence(PostgresDatabase database) : IEvidenceStore
{
    private const string Trim = """
        DELETE FROM evidence WHERE upgrade IN (
            SELECT id FROM upgrades
            WHERE has_ended AND id IN (SELECT DISTINCT upgrade FROM evidence)
            ORDER BY number DESC OFFSET $1)
        """;

    /// <inheritdoc/>
    public Task AppendAsync(EvidenceEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        // One that is tried again after the connection was lost may find its own: then it is read anew, which is right in any case.
        return database.TransactBesideAsync(
            async transaction => await transaction.ExecuteAsync(
                "INSERT INTO evidence (upgrade, number, body) VALUES ($1, $2, $3) ON CONFLICT (upgrade, number) DO NOTHING",
                entry.Upgrade,
                entry.Number,
                entry.Body).ConfigureAwait(false) == 1 ? true : throw Conflicts.Evidence(entry),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<EvidenceEntry>> ReadAsync(string upgrade, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<EvidenceEntry>>(
        async (connection, token) => await connection.QueryAsync(
            row => new EvidenceEntry(upgrade, row.GetInt64(0), row.GetString(1)),
            "SELECT number, body FROM evidence WHERE upgrade = $1 ORDER BY number",
            [upgrade],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> TrimAsync(int upgrades, CancellationToken cancellationToken) =>
        database.TransactBesideAsync(transaction => transaction.ExecuteAsync(Trim, upgrades), cancellationToken);
}
