using System.Text.Json;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Postgres;

/// <summary>Keeps components and their history in a PostgreSQL database. Thread-safe.</summary>
public sealed class PostgresComponentStore(PostgresDatabase database) : IComponentStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ComponentDescriptor>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ComponentDescriptor>>(
        async (connection, token) => await connection.QueryAsync(row => Parse(row.GetString(0)), "SELECT descriptor FROM components", [], token).ConfigureAwait(false),
        cancellationToken);

    /// <inheritdoc/>
    public Task<ComponentDescriptor?> ReadAsync(string component, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) => (await connection.QueryAsync(row => Parse(row.GetString(0)), "SELECT descriptor FROM components WHERE name = $1", [component], token).ConfigureAwait(false)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TrySaveAsync(ComponentDescriptor component, LifecycleChange? change, AuditEntry? entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        return database.TransactAsync(
            async transaction =>
            {
                var descriptor = JsonSerializer.Serialize(component, ComponentJson.Default.ComponentDescriptor);
                var saved = component.Revision == 1
                    ? await transaction.ExecuteAsync("INSERT INTO components (name, revision, descriptor) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING", component.Name, descriptor).ConfigureAwait(false)
                    : await transaction.ExecuteAsync(
                        "UPDATE components SET revision = $2, descriptor = $4 WHERE name = $1 AND revision = $3", component.Name, component.Revision, component.Revision - 1, descriptor).ConfigureAwait(false);
                if (saved == 1 && change is not null)
                {
                    await transaction.ExecuteAsync(
                        "INSERT INTO component_changes (component, revision, change) VALUES ($1, $2, $3)",
                        change.Component,
                        change.Revision,
                        JsonSerializer.Serialize(change, ComponentJson.Default.LifecycleChange)).ConfigureAwait(false);
                }

                if (saved == 1 && entry is not null)
                {
                    await transaction.AppendAsync(entry).ConfigureAwait(false);
                }

                return saved == 1;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LifecycleChange>> ReadHistoryAsync(string component, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<LifecycleChange>>(
        async (connection, token) => await connection.QueryAsync(
            row => JsonSerializer.Deserialize(row.GetString(0), ComponentJson.Default.LifecycleChange)!,
            "SELECT change FROM component_changes WHERE component = $1 ORDER BY revision DESC LIMIT $2",
            [component, count],
            token).ConfigureAwait(false),
        cancellationToken);

    private static ComponentDescriptor Parse(string json) => JsonSerializer.Deserialize(json, ComponentJson.Default.ComponentDescriptor)!;
}
