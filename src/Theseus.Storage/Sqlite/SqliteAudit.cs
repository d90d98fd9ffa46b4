using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
    private const string Beginning = "";

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
    public Task<AuditVerification> VerifyAsync(string? knownHash, CancellationToken cancellationToken) => database.ReadAsync(
        connection =>
        {
            var problems = new List<string>();
            var (previous, expected, foundKnown) = (Beginning, 1L, knownHash is null);
            foreach (var (sequence, entry, hash) in connection.Query(row => (row.GetInt64(0), row.GetString(1), row.GetString(2)), "SELECT sequence, entry, hash FROM audit ORDER BY sequence"))
            {
                if (sequence != expected)
                {
                    problems.Add(sequence == expected + 1 ? $"Record {expected} is missing." : $"Records {expected} to {sequence - 1} are missing.");
                }

                if (HashOf(previous, sequence, entry) != hash)
                {
                    problems.Add($"Record {sequence} is not what was written: its hash does not fit it and the one before.");
                }

                (previous, expected, foundKnown) = (hash, sequence + 1, foundKnown || hash == knownHash);
            }

            var head = (string?)connection.Scalar("SELECT value FROM settings WHERE name = $name", ("$name", Head)) ?? Name(0, Beginning);
            if (head != Name(expected - 1, previous))
            {
                problems.Add($"The last record is {expected - 1}, and the database was last written with {head.Split(' ')[0]}: records at the end were removed, added or changed.");
            }

            if (!foundKnown)
            {
                problems.Add("No record has the hash that you gave: the chain was written anew since you took it.");
            }

            return new AuditVerification(expected - 1, previous, problems);
        },
        cancellationToken);

    /// <summary>Appends a record, in the transaction that makes the change.</summary>
    internal static void Append(SqliteConnection connection, AuditEntry entry)
    {
        var last = connection.Query(row => (Sequence: row.GetInt64(0), Hash: row.GetString(1)), "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1");
        var (sequence, previous) = last.Count > 0 ? (last[0].Sequence + 1, last[0].Hash) : (1, Beginning);
        var text = JsonSerializer.Serialize(entry, AuditJson.Default.AuditEntry);
        var hash = HashOf(previous, sequence, text);
        connection.Execute("INSERT INTO audit (sequence, entry, hash) VALUES ($sequence, $entry, $hash)", ("$sequence", sequence), ("$entry", text), ("$hash", hash));
        connection.Execute("INSERT INTO settings (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value", ("$name", Head), ("$value", Name(sequence, hash)));
    }

    private static string Name(long sequence, string hash) => string.Create(CultureInfo.InvariantCulture, $"{sequence} {hash}");

    private static string HashOf(string previous, long sequence, string entry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{previous}\n{sequence}\n{entry}"))));

    private static AuditRecord Read(SqliteDataReader row) =>
        new(row.GetInt64(0), JsonSerializer.Deserialize(row.GetString(1), AuditJson.Default.AuditEntry)!, row.GetString(2));
}
