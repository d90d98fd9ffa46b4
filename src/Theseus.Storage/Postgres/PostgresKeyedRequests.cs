using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps keyed requests and their answers in a PostgreSQL database. Thread-safe.</summary>
public sealed class PostgresKeyedRequests(PostgresDatabase database) : IKeyedRequestStore
{
    /// <inheritdoc/>
    public Task<string?> BeginAsync(RequestKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return database.TransactAsync(transaction => BeginAsync(transaction, key), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string?> EndAsync(RequestKey? key, string? answer, IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return database.TransactAsync(
            async transaction =>
            {
                if (key is not null && await BeginAsync(transaction, key).ConfigureAwait(false) is { } first)
                {
                    return first;
                }

                if (key is not null && answer is not null)
                {
                    await AnswerAsync(transaction, key, answer).ConfigureAwait(false);
                }

                foreach (var entry in entries)
                {
                    await transaction.AppendAsync(entry).ConfigureAwait(false);
                }

                return answer;
            },
            cancellationToken);
    }

    /// <summary>Gives a key to a request, in a transaction; what it was answered before.</summary>
    internal static async Task<string?> BeginAsync(PostgresTransaction transaction, RequestKey key)
    {
        var name = RequestKeys.Short(RequestKeys.Of(key));
        var begun = await transaction.QueryAsync(
            row => (Request: row.GetString(0), Answer: row.IsDBNull(1) ? null : row.GetString(1)), "SELECT request, answer FROM keyed_requests WHERE key = $1", name).ConfigureAwait(false);
        if (begun is [var (request, answer)])
        {
            RequestKeys.Check(key, request);
            return answer;
        }

        await transaction.ExecuteAsync("INSERT INTO keyed_requests (key, request) VALUES ($1, $2)", name, RequestKeys.Digest(key)).ConfigureAwait(false);
        return null;
    }

    /// <summary>Keeps the answer to a request that has begun, in the same transaction.</summary>
    internal static Task AnswerAsync(PostgresTransaction transaction, RequestKey key, string answer) =>
        transaction.ExecuteAsync("UPDATE keyed_requests SET answer = $2 WHERE key = $1", RequestKeys.Short(RequestKeys.Of(key)), answer);
}
