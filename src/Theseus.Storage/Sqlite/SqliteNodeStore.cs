using System.Text.Json;
using Microsoft.Data.Sqlite;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps nodes in a SQLite database. Thread-safe.</summary>
public sealed class SqliteNodeStore(SqliteDatabase database) : INodeStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<NodeRecord>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<NodeRecord>>(
        connection => connection.Query(Read, "SELECT node FROM nodes ORDER BY name"),
        cancellationToken);

    /// <inheritdoc/>
    public Task<NodeClaim> ClaimAsync(NodeReport report, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        return database.TransactAsync(
            connection =>
            {
                var node = Find(connection, report.Node);
                var hadBefore = connection.Scalar("SELECT claim FROM node_claims WHERE node = $node AND incarnation = $incarnation", ("$node", report.Node), ("$incarnation", report.Incarnation)) is not null;
                var claim = NodeClaims.Decide(node, hadBefore, report, now);
                if (claim.Outcome == NodeClaimOutcome.Has)
                {
                    Write(connection, claim.Node);
                    connection.Execute(
                        "INSERT INTO node_claims (node, incarnation, claim) VALUES ($node, $incarnation, $claim) ON CONFLICT DO NOTHING",
                        ("$node", report.Node),
                        ("$incarnation", report.Incarnation),
                        ("$claim", claim.Node.Claim));
                    connection.Execute("DELETE FROM node_claims WHERE node = $node AND claim <= $claim", ("$node", report.Node), ("$claim", claim.Node.Claim - NodeClaims.Kept));
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
            connection =>
            {
                var node = Find(connection, name);
                if (change(node) is not { } next)
                {
                    return node;
                }

                Write(connection, next);
                SqliteAudit.Append(connection, entry);
                return next;
            },
            cancellationToken);
    }

    private static NodeRecord? Find(SqliteConnection connection, string name) => connection.Query(Read, "SELECT node FROM nodes WHERE name = $name", ("$name", name)).SingleOrDefault();

    private static void Write(SqliteConnection connection, NodeRecord node) => connection.Execute(
        "INSERT INTO nodes (name, node) VALUES ($name, $node) ON CONFLICT (name) DO UPDATE SET node = excluded.node",
        ("$name", node.Name),
        ("$node", JsonSerializer.Serialize(node, NodeJson.Default.NodeRecord)));

    private static NodeRecord Read(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), NodeJson.Default.NodeRecord)!;
}
