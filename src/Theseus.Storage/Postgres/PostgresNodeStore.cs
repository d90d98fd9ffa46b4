using System.Text.Json;
using Npgsql;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps nodes in a PostgreSQL database. Thread-safe, and safe for several control planes on one database.</summary>
/// <remarks>To claim or change twice, because the answer to the first time was lost, does no harm: it finds what is wanted done.</remarks>
public sealed class PostgresNodeStore(PostgresDatabase database) : INodeStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<NodeRecord>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<NodeRecord>>(
        async (connection, token) => [.. (await connection.QueryAsync(Read, "SELECT node FROM nodes", [], token).ConfigureAwait(false)).OrderBy(node => node.Name, StringComparer.Ordinal)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<NodeClaim> ClaimAsync(NodeReport report, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        return database.TransactAsync(
            async transaction =>
            {
                var (name, incarnation) = (PostgresText.Of(report.Node), PostgresText.Of(report.Incarnation));
                var node = await FindAsync(transaction, report.Node).ConfigureAwait(false);
                var had = await transaction.QueryAsync(row => row.GetInt64(0), "SELECT claim FROM node_claims WHERE node = $1 AND incarnation = $2", name, incarnation).ConfigureAwait(false);
                var claim = NodeClaims.Decide(node, had.Count > 0, report, now);
                if (claim.Outcome == NodeClaimOutcome.Has)
                {
                    await WriteAsync(transaction, claim.Node).ConfigureAwait(false);
                    await transaction.ExecuteAsync("INSERT INTO node_claims (node, incarnation, claim) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", name, incarnation, claim.Node.Claim).ConfigureAwait(false);
                    await transaction.ExecuteAsync("DELETE FROM node_claims WHERE node = $1 AND claim <= $2", name, claim.Node.Claim - NodeClaims.Kept).ConfigureAwait(false);
                }

                return claim;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<NodeRecord?> ChangeAsync(string name, Func<NodeRecord?, NodeRecord?> change, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return database.TransactAsync(
            async transaction =>
            {
                var node = await FindAsync(transaction, name).ConfigureAwait(false);
                if (change(node) is not { } next)
                {
                    return node;
                }

                await WriteAsync(transaction, next).ConfigureAwait(false);
                await transaction.AppendAsync(entry).ConfigureAwait(false);
                return next;
            },
            cancellationToken);
    }

    private static async Task<NodeRecord?> FindAsync(PostgresTransaction transaction, string name) =>
        (await transaction.QueryAsync(Read, "SELECT node FROM nodes WHERE name = $1", PostgresText.Of(name)).ConfigureAwait(false)).SingleOrDefault();

    private static Task<int> WriteAsync(PostgresTransaction transaction, NodeRecord node) => transaction.ExecuteAsync(
        "INSERT INTO nodes (name, node) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET node = excluded.node",
        PostgresText.Of(node.Name),
        JsonSerializer.Serialize(node, NodeJson.Default.NodeRecord));

    private static NodeRecord Read(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetString(0), NodeJson.Default.NodeRecord)!;
}
