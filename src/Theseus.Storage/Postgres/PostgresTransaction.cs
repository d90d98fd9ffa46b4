using System.Text.Json;
using Npgsql;
using Theseus.Control.Audit;

namespace Theseus.Storage.Postgres;

/// <summary>A transaction that holds the ledger's lock: until it ends, nobody else changes anything. Not thread-safe.</summary>
internal sealed class PostgresTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly CancellationToken _cancellationToken;
    private long _sequence;
    private string _hash = AuditChain.Beginning;

    private readonly string _sender;

    private PostgresTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, string sender, CancellationToken cancellationToken) =>
        (_connection, _transaction, _sender, _cancellationToken) = (connection, transaction, sender, cancellationToken);

    /// <summary>The last audit record that it has appended; null for none.</summary>
    public Record? Appended { get; private set; }

    /// <summary>Begins one.</summary>
    /// <exception cref="StorageException">A newer Theseus has meanwhile brought the tables to a form that this one does not know.</exception>
    public static async Task<PostgresTransaction> BeginAsync(NpgsqlConnection connection, PostgresDatabase database, CancellationToken cancellationToken)
    {
        var name = database.Name;
        // READ COMMITTED: every statement after the lock sees all that was committed before it was got.
        var begun = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        var transaction = new PostgresTransaction(connection, begun, database.Id, cancellationToken);
        try
        {
            var ledger = await transaction.QueryAsync(row => (Version: row.GetInt32(0), Sequence: row.GetInt64(1), Hash: row.GetString(2)), "SELECT version, sequence, hash FROM ledger FOR UPDATE").ConfigureAwait(false);
            if (ledger is not [var (version, sequence, hash)])
            {
                throw new StorageException(StorageFault.Damaged, $"{name} is damaged: its ledger has {ledger.Count} rows, and has to have one. Restore it from the newest backup.");
            }

            PostgresSchema.ThrowIfNewer(version, name);
            (transaction._sequence, transaction._hash) = (sequence, hash);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<int> ExecuteAsync(string statement, params object?[] parameters) => _connection.ExecuteAsync(statement, parameters, _cancellationToken);

    public Task<List<T>> QueryAsync<T>(Func<NpgsqlDataReader, T> read, string query, params object?[] parameters) => _connection.QueryAsync(read, query, parameters, _cancellationToken);

    /// <summary>Appends a record to the audit, and has others told of the change once it is final.</summary>
    public async Task AppendAsync(AuditEntry entry)
    {
        var text = JsonSerializer.Serialize(entry, AuditJson.Default.AuditEntry);
        var (sequence, writtenBy) = (_sequence + 1, Guid.NewGuid());
        var hash = AuditChain.HashOf(_hash, sequence, text);
        await ExecuteAsync(
            $"""
            WITH moved AS (UPDATE ledger SET sequence = $1, hash = $3)
            INSERT INTO audit (sequence, entry, hash, subject, written_by) VALUES ($1, $2, $3, $4, $5)
            RETURNING pg_notify('{PostgresChanges.Channel}', $6)
            """,
            sequence,
            text,
            hash,
            PostgresText.Of(entry.Subject),
            writtenBy,
            _sender).ConfigureAwait(false);
        (_sequence, _hash, Appended) = (sequence, hash, new Record(sequence, writtenBy));
    }

    public Task CommitAsync(CancellationToken cancellationToken) => _transaction.CommitAsync(cancellationToken);

    /// <summary>Undoes it, unless it is final.</summary>
    public ValueTask DisposeAsync() => _transaction.DisposeAsync();

    /// <summary>An audit record, and what only its writer knows.</summary>
    public sealed record Record(long Sequence, Guid WrittenBy);
}
