using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Theseus.Storage.Sqlite;

/// <summary>The database's tables, and the way from each earlier form of them to the present one.</summary>
internal static class SqliteSchema
{
    /// <summary>Marks a file as a database of Theseus: 'Ship' in ASCII.</summary>
    private const int ApplicationId = 0x53686970;

    /// <summary>Each step leads from the version of its index to the next. A step that was released is never changed.</summary>
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE upgrades (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            revision INTEGER NOT NULL,
            state TEXT NOT NULL,
            has_ended INTEGER NOT NULL,
            record TEXT NOT NULL) STRICT;
        CREATE INDEX upgrades_running ON upgrades (number) WHERE has_ended = 0;
        -- One upgrade per component at a time: whoever comes second breaks the key.
        CREATE TABLE components_in_upgrade (
            component TEXT PRIMARY KEY,
            upgrade TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE components (
            name TEXT PRIMARY KEY,
            revision INTEGER NOT NULL,
            descriptor TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE component_changes (
            component TEXT NOT NULL,
            revision INTEGER NOT NULL,
            change TEXT NOT NULL,
            PRIMARY KEY (component, revision)) STRICT, WITHOUT ROWID;
        CREATE TABLE settings (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            entry TEXT NOT NULL,
            hash TEXT NOT NULL) STRICT;
        """,
        """
        -- Under one key an asker begins one upgrade, however often he asks.
        ALTER TABLE upgrades ADD COLUMN request_key TEXT;
        CREATE UNIQUE INDEX upgrades_by_key ON upgrades (request_key) WHERE request_key IS NOT NULL;
        CREATE TABLE rollback_points (
            upgrade TEXT NOT NULL,
            component TEXT NOT NULL,
            number INTEGER NOT NULL,
            taken_at TEXT NOT NULL,
            point TEXT NOT NULL,
            PRIMARY KEY (component, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            token TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE upgrade_leases (
            upgrade TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            token INTEGER NOT NULL,
            until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """,
        """
        -- The first form of version 1 had no components.
        CREATE TABLE IF NOT EXISTS components (
            name TEXT PRIMARY KEY,
            revision INTEGER NOT NULL,
            descriptor TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS component_changes (
            component TEXT NOT NULL,
            revision INTEGER NOT NULL,
            change TEXT NOT NULL,
            PRIMARY KEY (component, revision)) STRICT, WITHOUT ROWID;
        -- Which upgrades of a component changed something, or may have.
        CREATE TABLE landed_upgrades (
            component TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (component, number)) STRICT, WITHOUT ROWID;
        INSERT INTO landed_upgrades (component, number)
            SELECT DISTINCT json_extract(target.value, '$.component'), upgrades.number
            FROM upgrades, json_each(upgrades.record, '$.request.targets') AS target
            WHERE upgrades.state IN ('Completed', 'RolledBack', 'RollbackFailed');
        -- Requests that came with a key, and what was answered: null until there is an answer.
        CREATE TABLE keyed_requests (
            key TEXT PRIMARY KEY,
            request TEXT NOT NULL,
            answer TEXT) STRICT, WITHOUT ROWID;
        CREATE TABLE nodes (
            name TEXT PRIMARY KEY,
            node TEXT NOT NULL) STRICT, WITHOUT ROWID;
        -- The processes that had a node's name, so that none of them gets it again.
        CREATE TABLE node_claims (
            node TEXT NOT NULL,
            incarnation TEXT NOT NULL,
            claim INTEGER NOT NULL,
            PRIMARY KEY (node, incarnation)) STRICT, WITHOUT ROWID;
        CREATE TABLE tasks (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            revision INTEGER NOT NULL,
            state INTEGER NOT NULL,
            kind TEXT NOT NULL,
            lane TEXT NOT NULL,
            priority INTEGER NOT NULL,
            spread_group TEXT NOT NULL,
            node TEXT,
            incarnation TEXT,
            is_ready INTEGER NOT NULL,
            look_at INTEGER,
            ended_at INTEGER,
            request_key TEXT,
            standing TEXT NOT NULL,
            request TEXT NOT NULL) STRICT;
        CREATE UNIQUE INDEX tasks_by_key ON tasks (request_key) WHERE request_key IS NOT NULL;
        CREATE INDEX tasks_ready ON tasks (lane, priority DESC, number) WHERE is_ready = 1;
        CREATE INDEX tasks_assigned ON tasks (node, incarnation) WHERE state = 1;
        CREATE INDEX tasks_spread ON tasks (spread_group, node) WHERE state = 1 AND spread_group <> '';
        CREATE INDEX tasks_dead ON tasks (number) WHERE state = 3;
        CREATE INDEX tasks_to_look_at ON tasks (look_at) WHERE look_at IS NOT NULL;
        CREATE INDEX tasks_ended ON tasks (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX tasks_counted ON tasks (kind, state);
        -- What was removed after its end stays counted.
        CREATE TABLE removed_tasks (
            kind TEXT NOT NULL,
            state INTEGER NOT NULL,
            many INTEGER NOT NULL,
            PRIMARY KEY (kind, state)) STRICT, WITHOUT ROWID;
        """,
        """
        -- What upgrades are judged by.
        CREATE TABLE evidence (
            upgrade TEXT NOT NULL,
            number INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (upgrade, number)) STRICT, WITHOUT ROWID;
        """,
    ];

    /// <summary>The present version.</summary>
    public static int Version => s_steps.Length;

    /// <summary>Sees that a database is new, or one of Theseus whose version is known. Reads alone.</summary>
    /// <exception cref="StorageException">It is of a newer version, or not a database of Theseus.</exception>
    public static void CheckIsOurs(SqliteConnection connection, string file)
    {
        var version = Read(connection, "PRAGMA user_version");
        var application = Read(connection, "PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || version != 0 || Read(connection, "SELECT count(*) FROM sqlite_schema") != 0))
        {
            throw new StorageException(StorageFault.Damaged, $"'{file}' is a database, but not one of Theseus. Name another file.");
        }

        if (version > Version)
        {
            throw new StorageException(
                StorageFault.Newer,
                $"'{file}' was written by a newer Theseus (its tables have version {version}, this one knows up to {Version}). Start the newer one, or put back the backup from before it was first started.");
        }
    }

    /// <summary>Brings a database to the present version, or leaves it as it was.</summary>
    /// <exception cref="StorageException">It is of a newer version, or not a database of Theseus.</exception>
    public static void Bring(SqliteConnection connection, string file, int? upTo = null)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        CheckIsOurs(connection, file);
        var version = (int)Read(connection, "PRAGMA user_version");
        var wanted = upTo ?? Version;
        for (var step = version; step < wanted; step++)
        {
            Execute(connection, s_steps[step]);
        }

        if (version < wanted)
        {
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {wanted}"));
        }

        transaction.Commit();
    }

    private static long Read(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}
