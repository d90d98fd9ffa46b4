using Npgsql;

namespace Theseus.Storage.Postgres;

/// <summary>
/// One PostgreSQL database, which several control planes may use at once. A transaction is done as a whole or not at all.
/// A connection that was lost is made anew, and what certainly was not done is tried again, for five seconds. Thread-safe.
/// </summary>
/// <remarks>
/// Every change appends to one chain of audit records, so changes come one after another in any case. Each takes the lock
/// of the ledger's one row first: what follows sees all that was committed before, and no two can wait for each other.
/// </remarks>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);

    // Until then the server has ended a transaction that it has not heard of.
    private static readonly TimeSpan s_patienceWithOutcome = PostgresAddress.LongestIdle + s_patience;

    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _time;

    private PostgresDatabase(NpgsqlDataSource source, string name, TimeProvider time) => (_source, Name, _time) = (source, name, time);

    /// <summary>Opens a database, and makes its tables or brings them up to date.</summary>
    /// <param name="connectionString">Where it is and who we are, as Npgsql takes it. It is never logged.</param>
    /// <param name="time">The clock of pauses between tries; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    /// <exception cref="StorageException">It cannot be used; the message says why and what to do.</exception>
    public static async Task<PostgresDatabase> OpenAsync(string connectionString, TimeProvider? time, CancellationToken cancellationToken)
    {
        var address = PostgresAddress.Parse(connectionString);
        var database = new PostgresDatabase(NpgsqlDataSource.Create(address.ConnectionString), address.Name, time ?? TimeProvider.System);
        try
        {
            // Harmless to repeat: it is one transaction, which looks first how far the tables are.
            await database.TryAsync(
                async token =>
                {
                    var connection = await database._source.OpenConnectionAsync(token).ConfigureAwait(false);
                    await using (connection.ConfigureAwait(false))
                    {
                        await PostgresSchema.BringAsync(connection, address.Name, PostgresSchema.Version, token).ConfigureAwait(false);
                        return new Done<bool>(true);
                    }
                },
                s_patience,
                cancellationToken).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What it is called in messages: without a secret.</summary>
    internal string Name { get; }

    /// <summary>Names this object in what it tells others of its changes.</summary>
    internal string Id { get; } = Guid.NewGuid().ToString("n");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>A connection of one's own, for longer.</summary>
    internal ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    /// <summary>Does a piece of work in one transaction, alone among all who write. The work may be done again, from its beginning.</summary>
    internal Task<T> TransactAsync<T>(Func<PostgresTransaction, Task<T>> work, CancellationToken cancellationToken) => TryAsync(
        async token =>
        {
            var connection = await _source.OpenConnectionAsync(token).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var transaction = await PostgresTransaction.BeginAsync(connection, this, token).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    var result = await work(transaction).ConfigureAwait(false);
                    return await TryCommitAsync(transaction).ConfigureAwait(false) ? new Done<T>(result) : null;
                }
            }
        },
        s_patience,
        cancellationToken);

    /// <summary>Reads in one statement. To repeat it does no harm.</summary>
    internal Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => TryAsync(
        async token =>
        {
            var connection = await _source.OpenConnectionAsync(token).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return new Done<T>(await work(connection, token).ConfigureAwait(false));
            }
        },
        s_patience,
        cancellationToken);

    /// <summary>Makes a transaction final, and finds out whether it is when the answer was lost.</summary>
    /// <returns>Whether it is final; where not, nothing of it was done.</returns>
    private async Task<bool> TryCommitAsync(PostgresTransaction transaction)
    {
        try
        {
            // Given up in the middle it would be neither done nor not done. It ends by the command's time-out.
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception lost) when (PostgresFaults.IsOne(lost) && !PostgresFaults.IsAnswer(lost))
        {
            if (transaction.Appended is not { } appended)
            {
                // A change without an audit record is guarded by a revision, or takes away what has to go anyway: done
                // twice it is what it is done once, but for being told that somebody else was first.
                return false;
            }

            try
            {
                return await TryAsync(async token => new Done<bool>(await WasAppendedAsync(appended, token).ConfigureAwait(false)), s_patienceWithOutcome, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StorageException unknown)
            {
                throw new StorageException(
                    StorageFault.OutcomeUnknown,
                    $"The connection to {Name} was lost while a change was made final, and it does not answer since: the change may be there or not. Look before you ask again.",
                    unknown);
            }
        }
    }

    /// <summary>Whether an audit record is there that was written by one transaction and no other.</summary>
    private async Task<bool> WasAppendedAsync(PostgresTransaction.Record appended, CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            // Whoever has the ledger's lock knows that the lost transaction has ended, one way or the other: it held the
            // lock until then. Not by the transaction's number: after a failover that may be another one's.
            var transaction = await PostgresTransaction.BeginAsync(connection, this, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                return (await transaction.QueryAsync(row => row.GetGuid(0), "SELECT written_by FROM audit WHERE sequence = $1", appended.Sequence).ConfigureAwait(false)).Contains(appended.WrittenBy);
            }
        }
    }

    private async Task<T> TryAsync<T>(Func<CancellationToken, Task<Done<T>?>> attempt, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        for (var pause = s_firstPause; ; pause *= 2)
        {
            try
            {
                if (await attempt(cancellationToken).ConfigureAwait(false) is { } done)
                {
                    return done.Result;
                }
            }
            catch (Exception failure) when (PostgresFaults.IsOne(failure))
            {
                if (!PostgresFaults.IsPassing(failure) || _time.GetElapsedTime(begun) + pause > patience)
                {
                    throw PostgresFaults.Explain(failure, Name);
                }
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record Done<T>(T Result);
}
