using System.Text.Json;
using Npgsql;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps tokens in a PostgreSQL database. Thread-safe.</summary>
public sealed class PostgresTokenStore(PostgresDatabase database) : ITokenStore
{
    /// <inheritdoc/>
    public Task AddAsync(AccessToken token, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return database.TransactAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync("INSERT INTO tokens (id, created_at, token) VALUES ($1, $2, $3)", token.Id, token.CreatedAt.ToUniversalTime(), Write(token)).ConfigureAwait(false);
                await transaction.AppendAsync(entry).ConfigureAwait(false);
                return true;
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
    public Task<AccessToken?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) => (await connection.QueryAsync(Read, "SELECT token FROM tokens WHERE id = $1", [id], token).ConfigureAwait(false)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccessToken>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AccessToken>>(
        async (connection, token) => await connection.QueryAsync(Read, "SELECT token FROM tokens ORDER BY created_at, id", [], token).ConfigureAwait(false),
        cancellationToken);

    private static string Write(AccessToken token) => JsonSerializer.Serialize(token, AccessJson.Default.AccessToken);

    private static AccessToken Read(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetString(0), AccessJson.Default.AccessToken)!;
}
