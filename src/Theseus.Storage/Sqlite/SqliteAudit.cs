using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control.Audit;

namespace Theseus.Storage.Sqlite;

/// <summary>
/// The audit's records, each with a hash over itself and the hash before it, and the last one's hash kept apart: so that a
/// record that was changed, removed, added or put elsewhere is found, the last one included. Thread-safe.
/// </summary>
/// <remarks>It shows what was done to the file by someone who does not recompute the chain. Against one who does, keep a
/// copy of the newest hash elsewhere; <see cref="VerifyAsync"/> takes it.</remarks>
public sealed class SqliteAudit(SqliteDatabase database) : IAuditLog
{
    private const string Head = "audit-head";

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRecord>> ReadAsync(long? before, int count, string? subject, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AuditRecord>>(
        connection => connection.Query(
            Read,
            "SELECT sequence, entry, hash FROM audit WHERE sequence < $before AND ($subject IS NULL OR json_extract(entry, '$.subject') = $subject) ORDER BY sequence DESC LIMIT $count",
            ("$before", before ?? long.MaxValue),
            ("$subject", subject),
            ("$count", count)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRecord>> ReadAfterAsync(long sequence, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AuditRecord>>(
        connection => connection.Query(Read, "SELECT sequence, entry, hash FROM audit WHERE sequence > $after ORDER BY sequence LIMIT $count", ("$after", sequence), ("$count", count)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<AuditVerification> VerifyAsync(string? knownHash, CancellationToken cancellationToken) =>
        AuditChain.VerifyAsync(knownHash, after => database.ReadAsync(connection => ReadPage(connection, after), cancellationToken));

    private static AuditPage ReadPage(SqliteConnection connection, long after)
    {
        // Another process may write between the two reads.
        using var snapshot = connection.BeginTransaction(deferred: true);
        var records = connection.Query(
            row => (row.GetInt64(0), row.GetString(1), row.GetString(2)), "SELECT sequence, entry, hash FROM audit WHERE sequence > $after ORDER BY sequence LIMIT $count", ("$after", after), ("$count", AuditPage.Size));
        var head = ((string?)connection.Scalar("SELECT value FROM settings WHERE name = $name", ("$name", Head)) ?? Name(0, AuditChain.Beginning)).Split(' ');
        return new AuditPage(records, long.Parse(head[0], CultureInfo.InvariantCulture), head[1]);
    }

    /// <summary>Appends a record, in the transaction that makes the change.</summary>
    internal static void Append(SqliteConnection connection, AuditEntry entry)
    {
        var last = connection.Query(row => (Sequence: row.GetInt64(0), Hash: row.GetString(1)), "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1");
        var (sequence, previous) = last.Count > 0 ? (last[0].Sequence + 1, last[0].Hash) : (1, AuditChain.Beginning);
        var text = JsonSerializer.Serialize(entry, AuditJson.Default.AuditEntry);
        var hash = AuditChain.HashOf(previous, sequence, text);
        connection.Execute("INSERT INTO audit (sequence, entry, hash) VALUES ($sequence, $entry, $hash)", ("$sequence", sequence), ("$entry", text), ("$hash", hash));
        connection.Execute("INSERT INTO settings (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", ("$name", Head), ("$value", Name(sequence, hash)));
    }

    private static string Name(long sequence, string hash) => string.Create(CultureInfo.InvariantCulture, $"{sequence} {hash}");

    private static AuditRecord Read(SqliteDataReader row) =>
        new(row.GetInt64(0), JsonSerializer.Deserialize(row.GetString(1), AuditJson.Default.AuditEntry)!, row.GetString(2));
}
