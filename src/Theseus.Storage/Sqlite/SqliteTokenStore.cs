using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps tokens in a SQLite database. Thread-safe.</summary>
public sealed class SqliteTokenStore(SqliteDatabase database) : ITokenStore
{
    /// <inheritdoc/>
    public Task AddAsync(AccessToken token, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        return database.TransactAsync(
            connection =>
            {
                connection.Execute("INSERT INTO tokens (id, token) VALUES ($id, $token)", ("$id", token.Id), ("$token", Write(token)));
                SqliteAudit.Append(connection, entry);
                return true;
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
