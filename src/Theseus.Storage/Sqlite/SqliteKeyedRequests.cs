using Microsoft.Data.Sqlite;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps keyed requests and their answers in a SQLite database. Thread-safe.</summary>
public sealed class SqliteKeyedRequests(SqliteDatabase database) : IKeyedRequestStore
{
    /// <inheritdoc/>
    public Task<string?> BeginAsync(RequestKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return database.TransactAsync(connection => Begin(connection, key), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string?> EndAsync(RequestKey? key, string? answer, IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return database.TransactAsync(
            connection =>
            {
                if (key is not null && Begin(connection, key) is { } first)
                {
                    return first;
                }

                if (key is not null && answer is not null)
                {
                    Answer(connection, key, answer);
                }

                foreach (var entry in entries)
                {
                    SqliteAudit.Append(connection, entry);
                }

                return answer;
            },
            cancellationToken);
    }

    /// <summary>Gives a key to a request, in a transaction; what it was answered before.</summary>
    internal static string? Begin(SqliteConnection connection, RequestKey key)
    {
        var answer = Find(connection, key);
        connection.Execute("INSERT INTO keyed_requests (key, request) VALUES ($key, $request) ON CONFLICT DO NOTHING", ("$key", RequestKeys.Of(key)), ("$request", RequestKeys.Digest(key)));
        return answer;
    }

    /// <summary>What a request was answered under its key; null when it was not yet, or is new.</summary>
    internal static string? Find(SqliteConnection connection, RequestKey key)
    {
        var begun = connection.Query(
            row => (Request: row.GetString(0), Answer: row.IsDBNull(1) ? null : row.GetString(1)), "SELECT request, answer FROM keyed_requests WHERE key = $key", ("$key", RequestKeys.Of(key)));
        begun.ForEach(one => RequestKeys.Check(key, one.Request));
        return begun.Select(one => one.Answer).FirstOrDefault();
    }

    /// <summary>Keeps the answer to a request that has begun, in the same transaction.</summary>
    internal static void Answer(SqliteConnection connection, RequestKey key, string answer) =>
        connection.Execute("UPDATE keyed_requests SET answer = $answer WHERE key = $key", ("$key", RequestKeys.Of(key)), ("$answer", answer));
}
