using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Theseus.Storage.Sqlite;

/// <summary>Says SQLite's faults in words that say what to do.</summary>
internal static class SqliteFaults
{
    /// <summary>What a failure means; null when it is not the database's.</summary>
    public static StorageException? Explain(Exception failure, string file) => failure switch
    {
        SqliteException fault => Explain(fault, file),
        // What stands in a row is not what Theseus wrote there.
        JsonException or NotSupportedException => Damaged(file, $"a record in it cannot be read: {failure.Message}", failure),
        _ => null,
    };

    public static StorageException Damaged(string file, string what, Exception? cause = null) => new(
        StorageFault.Damaged,
        $"'{file}' is damaged, or is no database of Theseus ({what.TrimEnd('.')}). Nothing was written to it. "
            + $"End whoever uses it, put '{file}', '{file}-wal' and '{file}-shm' aside, put the newest backup in their place, and start again.",
        cause);

    private static StorageException Explain(SqliteException failure, string file) => failure.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => new(StorageFault.Full, $"The disk of '{file}' is full. Nothing was written. Free space; it is tried again by itself.", failure),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(StorageFault.Locked, $"Another process keeps '{file}' locked. Nothing was written. End it, or give each control plane a database of its own; then try again.", failure),
        // What it says of a record that is no JSON has no code of its own.
        raw.SQLITE_ERROR when failure.Message.Contains("malformed JSON", StringComparison.Ordinal) => Damaged(file, "a record in it cannot be read", failure),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(file, failure.Message, failure),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH => new(StorageFault.NotPermitted, $"'{file}' cannot be opened for writing. See that its folder exists, and that this process may write to it.", failure),
        _ => new(StorageFault.Other, $"'{file}' could not be used: {failure.Message}", failure),
    };
}
