using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Theseus.Storage.Sqlite;

/// <summary>Sees whether a database file is whole, before it is written to.</summary>
/// <remarks>
/// SQLite looks at a page when it comes by it, and at an index without asking whether it fits its table: a damaged page may
/// be found months later, or make a row seem not to be there. So all of it is read at the start, with what is in indexes: a
/// quarter of a gigabyte, which is 20,000 upgrades and 400,000 records of the audit, takes a seventh of a second where it
/// is in the machine's memory, and as long as the disk takes to read it where it is not. What this cannot find is text that
/// was changed into other text; for the audit's records its hashes do.
/// </remarks>
internal static class SqliteSoundness
{
    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, which the library has no name for.
    private const int NoCheckpointOnClose = 1006;

    // SQLite's shortest page.
    private const int ShortestFile = 512;

    /// <summary>Sees that a file is not one that SQLite would take for a new one, and is none: cut off to a rest, or to nothing with its log beside it, which SQLite would delete.</summary>
    /// <exception cref="StorageException">It is one.</exception>
    public static void CheckFile(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > 0 and < ShortestFile } rest)
        {
            throw SqliteFaults.Damaged(file, $"{rest.Length} bytes are left of it");
        }

        if (new FileInfo($"{file}-wal") is { Exists: true, Length: > 0 } && new FileInfo(file) is not { Exists: true, Length: > 0 })
        {
            throw SqliteFaults.Damaged(file, "it is empty or missing, and there is a write-ahead log beside it");
        }
    }

    /// <summary>Reads all of a database.</summary>
    /// <param name="connection">Open, and not yet written to.</param>
    /// <param name="file">Its path.</param>
    /// <param name="isOurs">Sees first whether it is one of Theseus, of a version that can be read.</param>
    /// <exception cref="StorageException">It is damaged, or not ours; it was not written to.</exception>
    public static void Check(SqliteConnection connection, string file, Action<SqliteConnection, string> isOurs)
    {
        // A database that is refused is closed: the log must not be brought into it then.
        Set(connection, NoCheckpointOnClose, true);
        connection.Execute("PRAGMA cell_size_check = ON");
        isOurs(connection, file);
        if (connection.Query(row => row.GetString(0), "PRAGMA integrity_check(1)") is not ["ok"] and var problems)
        {
            throw SqliteFaults.Damaged(file, string.Join("; ", problems).ReplaceLineEndings(" "));
        }

        Set(connection, NoCheckpointOnClose, false);
    }

    private static void Set(SqliteConnection connection, int option, bool value)
    {
        if (raw.sqlite3_db_config(connection.Handle!, option, value ? 1 : 0, out _) is var result && result != raw.SQLITE_OK)
        {
            throw new SqliteException("The database's connection could not be set up.", result);
        }
    }
}
