using System.Data;
using System.Text.Json;
using Npgsql;
using Theseus.Control.Audit;

namespace Theseus.Storage.Postgres;

/// <summary>The audit's records, chained by their hashes as on SQLite, in a PostgreSQL database. Thread-safe.</summary>
/// <remarks>It shows what was done to the database by someone who does not recompute the chain. Against one who does, keep a
/// copy of the newest hash elsewhere; <see cref="VerifyAsync"/> takes it.</remarks>
public sealed class PostgresAudit(PostgresDatabase database) : IAuditLog
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRecord>> ReadAsync(long? before, int count, string? subject, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AuditRecord>>(
        async (connection, token) => await connection.QueryAsync(
            Read,
            $"SELECT sequence, entry, hash FROM audit WHERE sequence < $1 {(subject is null ? "" : "AND subject = $3")} ORDER BY sequence DESC LIMIT $2",
            subject is null ? [before ?? long.MaxValue, count] : [before ?? long.MaxValue, count, PostgresText.Of(subject)],
            token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRecord>> ReadAfterAsync(long sequence, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AuditRecord>>(
        async (connection, token) => await connection.QueryAsync(Read, "SELECT sequence, entry, hash FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2", [sequence, count], token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<AuditVerification> VerifyAsync(string? knownHash, CancellationToken cancellationToken) =>
        AuditChain.VerifyAsync(knownHash, after => database.ReadAsync((connection, token) => ReadPageAsync(connection, after, token), cancellationToken));

    private static async Task<AuditPage> ReadPageAsync(NpgsqlConnection connection, long after, CancellationToken cancellationToken)
    {
        // One snapshot for the page and the ledger: others append meanwhile.
        var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            var records = await connection.QueryAsync(
                row => (row.GetInt64(0), row.GetString(1), row.GetString(2)), "SELECT sequence, entry, hash FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2", [after, AuditPage.Size], cancellationToken).ConfigureAwait(false);
            var ledger = await connection.QueryAsync(row => (row.GetInt64(0), row.GetString(1)), "SELECT sequence, hash FROM ledger", [], cancellationToken).ConfigureAwait(false);
            return new AuditPage(records, ledger[0].Item1, ledger[0].Item2);
        }
    }

    private static AuditRecord Read(NpgsqlDataReader row) =>
        new(row.GetInt64(0), JsonSerializer.Deserialize(row.GetString(1), AuditJson.Default.AuditEntry)!, row.GetString(2));
}
