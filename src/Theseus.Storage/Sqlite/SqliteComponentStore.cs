using System.Text.Json;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Storage.Sqlite;

/// <summary>Keeps components and their history in a SQLite database. Thread-safe.</summary>
public sealed class SqliteComponentStore(SqliteDatabase database) : IComponentStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ComponentDescriptor>> ReadAllAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ComponentDescriptor>>(
        connection => connection.Query(row => Parse(row.GetString(0)), "SELECT descriptor FROM components"),
        cancellationToken);

    /// <inheritdoc/>
    public Task<ComponentDescriptor?> ReadAsync(string component, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Query(row => Parse(row.GetString(0)), "SELECT descriptor FROM components WHERE name = $name", ("$name", component)).FirstOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TrySaveAsync(ComponentDescriptor component, LifecycleChange? change, AuditEntry? entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        return database.TransactAsync(
            connection =>
            {
                var descriptor = JsonSerializer.Serialize(component, ComponentJson.Default.ComponentDescriptor);
                var saved = component.Revision == 1
                    ? connection.Execute(
                        "INSERT INTO components (name, revision, descriptor) VALUES ($name, 1, $descriptor) ON CONFLICT DO NOTHING",
                        ("$name", component.Name),
                        ("$descriptor", descriptor))
                    : connection.Execute(
                        "UPDATE components SET revision = $revision, descriptor = $descriptor WHERE name = $name AND revision = $before",
                        ("$name", component.Name),
                        ("$revision", component.Revision),
                        ("$before", component.Revision - 1),
                        ("$descriptor", descriptor));
                if (saved == 1 && change is not null)
                {
                    connection.Execute(
                        "INSERT INTO component_changes (component, revision, change) VALUES ($component, $revision, $change)",
                        ("$component", change.Component),
                        ("$revision", change.Revision),
                        ("$change", JsonSerializer.Serialize(change, ComponentJson.Default.LifecycleChange)));
                }

                if (saved == 1 && entry is not null)
                {
                    SqliteAudit.Append(connection, entry);
                }

                return saved == 1;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LifecycleChange>> ReadHistoryAsync(string component, int count, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<LifecycleChange>>(
        connection => connection.Query(
            row => JsonSerializer.Deserialize(row.GetString(0), ComponentJson.Default.LifecycleChange)!,
            "SELECT change FROM component_changes WHERE component = $component ORDER BY revision DESC LIMIT $count",
            ("$component", component),
            ("$count", count)),
        cancellationToken);

    private static ComponentDescriptor Parse(string json) => JsonSerializer.Deserialize(json, ComponentJson.Default.ComponentDescriptor)!;
}
