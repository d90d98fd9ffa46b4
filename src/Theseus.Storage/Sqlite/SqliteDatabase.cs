using Microsoft.Data.Sqlite;

namespace Theseus.Storage.Sqlite;

/// <summary>
/// One database file and the one connection to it. A transaction is done as a whole or not at all, and is on the disk when
/// it returns (write-ahead log, synchronous = FULL). Thread-safe: one piece of work at a time.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private const int BusySeconds = 5;

    private static readonly object s_initialized = Initialize();

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SqliteConnection _connection;
    private readonly string _file;

    private SqliteDatabase(SqliteConnection connection, string file)
    {
        _connection = connection;
        _file = file;
    }

    /// <summary>
    /// Opens a database, makes it if it is not there, and brings its tables up to date. Reads all of it first, to see that it
    /// is whole: what is damaged is refused as it is. Waits at most 5 s, each time, for another process that keeps it locked.
    /// </summary>
    /// <param name="file">Its path; <c>:memory:</c> for one that is gone when it is closed.</param>
    /// <exception cref="StorageException">It cannot be used; the message says why and what to do.</exception>
    public static SqliteDatabase Open(string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        GC.KeepAlive(s_initialized);
        var source = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = BusySeconds };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            SqliteSoundness.CheckFile(file);
            connection.Open();
            // Looked at before anything is written, so that what is refused stays as it is, for whoever wants to save what is in it.
            SqliteSoundness.Check(connection, file, SqliteSchema.CheckIsOurs);
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
            SqliteSchema.Bring(connection, file);
            return new SqliteDatabase(connection, file);
        }
        catch (Exception failure) when (SqliteFaults.Explain(failure, file) is { } explained)
        {
            connection.Dispose();
            throw explained;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    /// <summary>Does a piece of work in one transaction. SQLite works on the calling thread: this blocks it while the disk does.</summary>
    internal async Task<T> TransactAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var transaction = _connection.BeginTransaction(deferred: false);
            var result = work(_connection);
            transaction.Commit();
            return result;
        }
        catch (Exception failure) when (SqliteFaults.Explain(failure, _file) is { } explained)
        {
            throw explained;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reads, without a transaction of its own.</summary>
    internal async Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return work(_connection);
        }
        catch (Exception failure) when (SqliteFaults.Explain(failure, _file) is { } explained)
        {
            throw explained;
        }
        finally
        {
            _turn.Release();
        }
    }

    private static object Initialize()
    {
        SQLitePCL.Batteries_V2.Init();
        return new object();
    }
}
