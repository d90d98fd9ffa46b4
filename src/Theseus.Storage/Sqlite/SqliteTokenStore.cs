using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps tokens in a SQLite database. Thread-safe.</summary>
public sealed class SqliteTokenStore(SqliteDatabase database) : ITokenStore
{
    /// <inheritdoc/>
    public Task<AccessToken> AddAsync(AccessToken token, RequestKey? key, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return database.TransactAsync(
            connection =>
            {
                if (key is not null && SqliteKeyedRequests.Begin(connection, key) is { } made)
                {
                    return connection.Query(Read, "SELECT token FROM tokens WHERE id = $id", ("$id", made)).Single();
                }

                connection.Execute("INSERT INTO tokens (id, token) VALUES ($id, $token)", ("$id", token.Id), ("$token", Write(token)));
                if (key is not null)
                {
                    SqliteKeyedRequests.Answer(connection, key, token.Id);
                }

                SqliteAudit.Append(connection, entry);
                return token;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> UpdateAsync(AccessToken token, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return database.TransactAsync(
            connection =>
            {
                if (connection.Execute("UPDATE tokens SET token = $token WHERE id = $id", ("$id", token.Id), ("$token", Write(token))) == 0)
                {
                    return false;
                }

                SqliteAudit.Append(connection, entry);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<AccessToken?> FindByKeyAsync(RequestKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return database.ReadAsync(
            connection => SqliteKeyedRequests.Find(connection, key) is { } made ? connection.Query(Read, "SELECT token FROM tokens WHERE id = $id", ("$id", made)).Single() : null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<AccessToken?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Query(Read, "SELECT token FROM tokens WHERE id = $id", ("$id", id)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccessToken>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<AccessToken>>(
        connection => connection.Query(Read, "SELECT token FROM tokens ORDER BY json_extract(token, '$.createdAt'), id"),
        cancellationToken);

    private static string Write(AccessToken token) => JsonSerializer.Serialize(token, AccessJson.Default.AccessToken);

    private static AccessToken Read(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), AccessJson.Default.AccessToken)!;
}
