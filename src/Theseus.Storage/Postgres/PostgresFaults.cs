using System.Net.Sockets;
using Npgsql;

namespace Theseus.Storage.Postgres;

/// <summary>Says PostgreSQL's faults in words that say what to do, and which of them may be gone at the next try.</summary>
internal static class PostgresFaults
{
    /// <summary>Whether a failure is the database's, or the way's to it.</summary>
    public static bool IsOne(Exception failure) => failure is NpgsqlException or TimeoutException or SocketException or IOException;

    /// <summary>Whether the same may succeed soon: the connection was lost, the server restarts, is full of connections, or another one has become the primary.</summary>
    public static bool IsPassing(Exception failure) => failure is PostgresException refused
        ? refused.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.TooManyConnections
                or PostgresErrorCodes.ReadOnlySqlTransaction
            || IsLost(refused.SqlState)
        : IsOne(failure);

    /// <summary>Whether the server said that it did not do what it was asked to: any other failure of a commit leaves open what came of it.</summary>
    public static bool IsAnswer(Exception failure) => failure is PostgresException refused && !IsLost(refused.SqlState);

    public static StorageException Explain(Exception failure, string name) => failure is PostgresException refused ? Explain(refused, name)
        : new(StorageFault.Unreachable, $"{name} does not answer ({failure.Message}). See that its server runs and can be reached from here; it is tried again by itself.", failure);

    // Class 57P: the server ends, crashed, or starts. Class 08: the connection itself.
    private static bool IsLost(string state) => state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal);

    private static StorageException Explain(PostgresException refused, string name) => refused.SqlState switch
    {
        PostgresErrorCodes.DiskFull => new(StorageFault.Full, $"The disk of {name} is full. Nothing was written. Free space; it is tried again by itself.", refused),
        PostgresErrorCodes.LockNotAvailable => new(StorageFault.Locked, $"Another session kept {name} locked for too long. It is tried again by itself; if that does not help, look in pg_stat_activity for one that is 'idle in transaction', and end it.", refused),
        PostgresErrorCodes.QueryCanceled => new(StorageFault.Unreachable, $"{name} did not do in time what it was asked to. It is tried again by itself; see what keeps its server busy.", refused),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InsufficientPrivilege =>
            new(StorageFault.NotPermitted, $"{name} refuses us: {refused.MessageText}. See that the user, the password and the user's rights are what docs/reference/configuration.md says.", refused),
        PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InvalidSchemaName =>
            new(StorageFault.NotPermitted, $"{name}: {refused.MessageText}. Make it first; Theseus makes its tables by itself, but neither database nor schema.", refused),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            new(StorageFault.Damaged, $"{name} is damaged: {refused.MessageText}. Restore it from the newest backup.", refused),
        _ when IsPassing(refused) => new(StorageFault.Unreachable, $"{name} takes no work now: {refused.MessageText}. It is tried again by itself.", refused),
        _ => new(StorageFault.Other, $"{name} could not be used: {refused.MessageText} ({refused.SqlState})", refused),
    };
}
