using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Theseus.Storage.Sqlite;

/// <summary>Says SQLite's faults in words that say what to do.</summary>
internal static class SqliteFaults
{
    public static StorageException Explain(SqliteException failure, string file) => failure.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => new(StorageFault.Full, $"The disk of '{file}' is full. Nothing was written. Free space; it is tried again by itself.", failure),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(StorageFault.Locked, $"Another process keeps '{file}' locked. End it, or give each control plane a database of its own.", failure),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(StorageFault.Damaged, $"'{file}' is damaged, or is no database of Theseus ({failure.Message}). Put the newest backup in its place, with its -wal file if it has one.", failure),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH => new(StorageFault.NotPermitted, $"'{file}' cannot be opened for writing. See that its folder exists, and that this process may write to it.", failure),
        _ => new(StorageFault.Other, $"'{file}' could not be used: {failure.Message}", failure),
    };
}
