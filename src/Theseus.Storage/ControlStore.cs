using System.Text.RegularExpressions;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Storage.Postgres;
using Theseus.Storage.Sqlite;

namespace Theseus.Storage;

/// <summary>All that a control plane keeps, in one database: a SQLite file, or PostgreSQL. Thread-safe.</summary>
public sealed partial class ControlStore : IAsyncDisposable
{
    private readonly Func<ValueTask> _close;

    private ControlStore(SqliteDatabase database)
    {
        (Upgrades, Leases, Components, Nodes, RollbackPoints, Tokens, KeyedRequests, Audit) = (
            new SqliteUpgradeStore(database), new SqliteDrivingLeases(database), new SqliteComponentStore(database), new SqliteNodeStore(database), new SqliteRollbackPoints(database), new SqliteTokenStore(database), new SqliteKeyedRequests(database), new SqliteAudit(database));
        Changes = new SqliteChanges();
        Evidence = new SqliteEvidence(database);
        Tasks = new SqliteTaskStore(database);
        _close = () =>
        {
            database.Dispose();
            return ValueTask.CompletedTask;
        };
    }

    private ControlStore(PostgresDatabase database)
    {
        (Upgrades, Leases, Components, Nodes, RollbackPoints, Tokens, KeyedRequests, Audit) = (
            new PostgresUpgradeStore(database), new PostgresDrivingLeases(database), new PostgresComponentStore(database), new PostgresNodeStore(database), new PostgresRollbackPoints(database), new PostgresTokenStore(database), new PostgresKeyedRequests(database), new PostgresAudit(database));
        Changes = new PostgresChanges(database);
        Evidence = new PostgresEvidence(database);
        Tasks = new PostgresTaskStore(database);
        _close = database.DisposeAsync;
    }

    /// <summary>The upgrades.</summary>
    public IUpgradeStore Upgrades { get; }

    /// <summary>Who drives which upgrade.</summary>
    public IDrivingLeases Leases { get; }

    /// <summary>Wakes whoever has to see what other control planes change.</summary>
    public IStoreChanges Changes { get; }

    /// <summary>The components.</summary>
    public IComponentStore Components { get; }

    /// <summary>The nodes.</summary>
    public INodeStore Nodes { get; }

    /// <summary>The ways back.</summary>
    public IRollbackPointStore RollbackPoints { get; }

    /// <summary>What upgrades are judged by.</summary>
    public IEvidenceStore Evidence { get; }

    /// <summary>The distributed tasks.</summary>
    public ITaskStore Tasks { get; }

    /// <summary>The tokens.</summary>
    public ITokenStore Tokens { get; }

    /// <summary>What was asked for under which key, and what was answered.</summary>
    public IKeyedRequestStore KeyedRequests { get; }

    /// <summary>The record of all that was changed.</summary>
    public IAuditLog Audit { get; }

    /// <summary>Opens a database, and makes its tables or brings them up to date.</summary>
    /// <param name="store">A connection string for PostgreSQL (<c>Host=…;Database=…</c>), which is never logged; or the path of a SQLite file, which is made if it is not there.</param>
    /// <param name="time">The clock of pauses between tries; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">It is a connection string, and cannot be read.</exception>
    /// <exception cref="StorageException">The database cannot be used; the message says why and what to do.</exception>
    public static async Task<ControlStore> OpenAsync(string store, TimeProvider? time, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(store);
        return IsPostgres(store)
            ? new ControlStore(await PostgresDatabase.OpenAsync(store, time, cancellationToken).ConfigureAwait(false))
            : new ControlStore(SqliteDatabase.Open(store));
    }

    /// <summary>Whether it is a connection string for PostgreSQL, rather than a file's path.</summary>
    /// <param name="store">What <see cref="OpenAsync"/> is to open.</param>
    public static bool IsPostgres(string store) => Postgres().IsMatch(store);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _close();

    // A keyword for the server; or an address, which is then refused with how it has to be written, rather than made a file.
    [GeneratedRegex(@"(^|;)\s*(Host|Server)\s*=|^\s*postgres(ql)?://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Postgres();
}
