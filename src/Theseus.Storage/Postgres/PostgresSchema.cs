using System.Data;
using System.Globalization;
using Npgsql;

namespace Theseus.Storage.Postgres;

/// <summary>The database's tables, and the way from each earlier form of them to the present one.</summary>
internal static class PostgresSchema
{
    /// <summary>The advisory lock under which tables are made and changed: 'Ship' in ASCII.</summary>
    private const long Lock = 0x53686970;

    private const int LongestSeconds = 600;

    /// <summary>Each step leads from the version of its index to the next. A step that was released is never changed.</summary>
    private static readonly string[] s_steps =
    [
        // Records are text: JSON's own column types put its members in another order, and refuse some strings.
        """
        -- One row: the lock that every change takes, the version of the tables, and where the audit's chain and the
        -- upgrades' numbers are.
        CREATE TABLE ledger (
            is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
            version integer NOT NULL,
            sequence bigint NOT NULL,
            hash text NOT NULL,
            number bigint NOT NULL);
        INSERT INTO ledger (version, sequence, hash, number) VALUES (0, 0, '', 0);
        CREATE TABLE upgrades (
            number bigint PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            revision bigint NOT NULL,
            state text NOT NULL,
            has_ended boolean NOT NULL,
            record text NOT NULL,
            request_key bytea UNIQUE);
        CREATE INDEX upgrades_running ON upgrades (number) WHERE NOT has_ended;
        -- One upgrade per component at a time: whoever comes second breaks the key.
        CREATE TABLE components_in_upgrade (
            component text COLLATE "C" PRIMARY KEY,
            upgrade text COLLATE "C" NOT NULL);
        CREATE TABLE components (
            name text COLLATE "C" PRIMARY KEY,
            revision bigint NOT NULL,
            descriptor text NOT NULL);
        CREATE TABLE component_changes (
            component text COLLATE "C" NOT NULL,
            revision bigint NOT NULL,
            change text NOT NULL,
            PRIMARY KEY (component, revision));
        CREATE TABLE settings (
            name text COLLATE "C" PRIMARY KEY,
            value text NOT NULL);
        CREATE TABLE audit (
            sequence bigint PRIMARY KEY,
            entry text NOT NULL,
            hash text NOT NULL,
            -- To be found by; what counts is in the entry.
            subject text COLLATE "C" NOT NULL DEFAULT '',
            -- By which its writer knows it again when the answer to its commit was lost.
            written_by uuid NOT NULL DEFAULT gen_random_uuid());
        CREATE INDEX audit_by_subject ON audit (subject, sequence);
        CREATE TABLE rollback_points (
            upgrade text COLLATE "C" NOT NULL,
            component text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            taken_at timestamptz NOT NULL,
            point text NOT NULL,
            PRIMARY KEY (component, number));
        CREATE TABLE tokens (
            id text COLLATE "C" PRIMARY KEY,
            created_at timestamptz NOT NULL,
            token text NOT NULL);
        """,
        """
        CREATE TABLE upgrade_leases (
            upgrade text COLLATE "C" PRIMARY KEY,
            owner text NOT NULL,
            token bigint NOT NULL,
            until timestamptz NOT NULL);
        """,
        """
        -- Which upgrades of a component changed something, or may have.
        CREATE TABLE landed_upgrades (
            component text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            PRIMARY KEY (component, number));
        -- A NUL that a text of the record may have, and the server's JSON refuses to look past, is no matter here.
        INSERT INTO landed_upgrades (component, number)
            SELECT DISTINCT target ->> 'component', number
            FROM upgrades, json_array_elements(replace(record, '\u0000', '\u0001')::json #> '{request,targets}') AS target
            WHERE state IN ('Completed', 'RolledBack', 'RollbackFailed');
        -- Requests that came with a key, and what was answered: null until there is an answer.
        CREATE TABLE keyed_requests (
            key bytea PRIMARY KEY,
            request text NOT NULL,
            answer text);
        -- Names from nodes may hold what a text column refuses; the node itself is JSON.
        CREATE TABLE nodes (
            name text COLLATE "C" PRIMARY KEY,
            node text NOT NULL);
        -- The processes that had a node's name, so that none of them gets it again.
        CREATE TABLE node_claims (
            node text COLLATE "C" NOT NULL,
            incarnation text COLLATE "C" NOT NULL,
            claim bigint NOT NULL,
            PRIMARY KEY (node, incarnation));
        CREATE TABLE tasks (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            revision bigint NOT NULL,
            state integer NOT NULL,
            kind text COLLATE "C" NOT NULL,
            lane text COLLATE "C" NOT NULL,
            priority integer NOT NULL,
            spread_group text COLLATE "C" NOT NULL,
            node text COLLATE "C",
            incarnation text COLLATE "C",
            is_ready boolean NOT NULL,
            look_at bigint,
            ended_at bigint,
            request_key bytea,
            standing text NOT NULL,
            request text NOT NULL);
        CREATE UNIQUE INDEX tasks_by_key ON tasks (request_key) WHERE request_key IS NOT NULL;
        CREATE INDEX tasks_ready ON tasks (lane, priority DESC, number) WHERE is_ready;
        CREATE INDEX tasks_assigned ON tasks (node, incarnation) WHERE state = 1;
        CREATE INDEX tasks_spread ON tasks (spread_group, node) WHERE state = 1 AND spread_group <> '';
        CREATE INDEX tasks_dead ON tasks (number) WHERE state = 3;
        CREATE INDEX tasks_to_look_at ON tasks (look_at) WHERE look_at IS NOT NULL;
        CREATE INDEX tasks_ended ON tasks (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX tasks_counted ON tasks (kind, state);
        -- What was removed after its end stays counted.
        CREATE TABLE removed_tasks (
            kind text COLLATE "C" NOT NULL,
            state integer NOT NULL,
            many bigint NOT NULL,
            PRIMARY KEY (kind, state));
        """,
        """
        -- What upgrades are judged by.
        CREATE TABLE evidence (
            upgrade text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            body text NOT NULL,
            PRIMARY KEY (upgrade, number));
        """,
    ];

    /// <summary>The present version.</summary>
    public static int Version => s_steps.Length;

    /// <summary>Brings a database to a version, or leaves it as it was. Of several who start at once, one does it.</summary>
    /// <exception cref="StorageException">It is of a newer version, or not a database of Theseus.</exception>
    public static async Task BringAsync(NpgsqlConnection connection, string name, int upTo, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // Tables that are up to date are only looked at: the user of every day needs no right to make any.
            if (await ReadVersionAsync(connection, name, cancellationToken).ConfigureAwait(false) >= upTo)
            {
                return;
            }

            await ExecuteAsync(connection, $"SET LOCAL statement_timeout = '{LongestSeconds}s'; SET LOCAL lock_timeout = '{LongestSeconds}s'; SELECT pg_advisory_xact_lock({Lock})", cancellationToken).ConfigureAwait(false);
            var version = await ReadVersionAsync(connection, name, cancellationToken).ConfigureAwait(false);
            for (var step = version; step < upTo; step++)
            {
                await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"{s_steps[step]}\nUPDATE ledger SET version = {step + 1}"), cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="StorageException">The tables are of a version that this Theseus does not know.</exception>
    public static void ThrowIfNewer(int version, string name)
    {
        if (version > Version)
        {
            throw new StorageException(
                StorageFault.Newer,
                $"{name} was brought up to date by a newer Theseus (its tables have version {version}, this one knows up to {Version}). Start the newer one everywhere, or restore the backup from before it was first started.");
        }
    }

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var found = await connection.QueryAsync(
            row => (Schema: row.IsDBNull(0) ? null : row.GetString(0), Tables: row.GetInt64(1), HasLedger: row.GetBoolean(2), Server: row.GetString(3)),
            """
            SELECT current_schema(), count(*), coalesce(bool_or(relname = 'ledger'), false), current_setting('server_encoding')
            FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p', 'v', 'm', 'f')
            """,
            [],
            cancellationToken).ConfigureAwait(false);
        var (schema, tables, hasLedger, encoding) = found[0];
        if (schema is null)
        {
            throw new StorageException(StorageFault.NotPermitted, $"{name} has no schema on the user's search path. Make one (CREATE SCHEMA), or name one by 'Search Path' in the connection string.");
        }

        if (encoding != "UTF8")
        {
            throw new StorageException(StorageFault.NotPermitted, $"{name} has the encoding {encoding}. Make one with ENCODING 'UTF8'.");
        }

        if (!hasLedger)
        {
            return tables == 0
                ? 0
                : throw new StorageException(StorageFault.Damaged, $"{name} has tables in its schema '{schema}', but they are not Theseus's. Name another database, or an empty schema by 'Search Path' in the connection string.");
        }

        var versions = await connection.QueryAsync(row => row.GetInt32(0), "SELECT version FROM ledger", [], cancellationToken).ConfigureAwait(false);
        var version = versions is [var only] ? only : throw new StorageException(StorageFault.Damaged, $"{name} is damaged: its ledger has {versions.Count} rows, and has to have one. Restore it from the newest backup.");
        ThrowIfNewer(version, name);
        return version;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statements, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(statements, connection) { CommandTimeout = LongestSeconds };
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
