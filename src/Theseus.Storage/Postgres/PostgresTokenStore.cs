using System.Text.Json;
using Npgsql;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps tokens in a PostgreSQL database. Thread-safe.</summary>
public sealed class PostgresTokenStore(PostgresDatabase database) : ITokenStore
{
    /// <inheritdoc/>
    public Task<AccessToken> AddAsync(AccessToken token, RequestKey? key, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return database.TransactAsync(
            async transaction =>
            {
                if (key is not null && await PostgresKeyedRequests.BeginAsync(transaction, key).ConfigureAwait(false) is { } made)
                {
                    return (await transaction.QueryAsync(Read, "SELECT token FROM tokens WHERE id = $1", made).ConfigureAwait(false)).Single();
                }

                await transaction.ExecuteAsync("INSERT INTO tokens (id, created_at, token) VALUES ($1, $2, $3)", token.Id, token.CreatedAt.ToUniversalTime(), Write(token)).ConfigureAwait(false);
                if (key is not null)
                {
                    await PostgresKeyedRequests.AnswerAsync(transaction, key, token.Id).ConfigureAwait(false);
                }

                await transaction.AppendAsync(entry).ConfigureAwait(false);
                return token;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> UpdateAsync(AccessToken token, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return database.TransactAsync(
            async transaction =>
            {
                if (await transaction.ExecuteAsync("UPDATE tokens SET token = $2 WHERE id = $1", token.Id, Write(token)).ConfigureAwait(false) == 0)
                {
                    return false;
                }

                await transaction.AppendAsync(entry).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<AccessToken?> FindByKeyAsync(RequestKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return database.ReadAsync(
            async (connection, token) =>
            {
                var begun = await connection.QueryAsync(
                    row => (Request: row.GetString(0), Token: Read(row, 1)),
                    "SELECT request, token FROM keyed_requests JOIN tokens ON id = answer WHERE key = $1",
                    [RequestKeys.Short(RequestKeys.Of(key))],
                    token).ConfigureAwait(false);
                begun.ForEach(one => RequestKeys.Check(key, one.Request));
                return begun.Select(one => one.Token).FirstOrDefault();
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<AccessToken?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) => (await connection.QueryAsync(Read, "SELECT token FROM tokens WHERE id = $1", [id], token).ConfigureAwait(false)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccessToken>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AccessToken>>(
        async (connection, token) => await connection.QueryAsync(Read, "SELECT token FROM tokens ORDER BY created_at, id", [], token).ConfigureAwait(false),
        cancellationToken);

    private static string Write(AccessToken token) => JsonSerializer.Serialize(token, AccessJson.Default.AccessToken);

    private static AccessToken Read(NpgsqlDataReader row) => Read(row, 0);

    private static AccessToken Read(NpgsqlDataReader row, int column) => JsonSerializer.Deserialize(row.GetString(column), AccessJson.Default.AccessToken)!;
}
