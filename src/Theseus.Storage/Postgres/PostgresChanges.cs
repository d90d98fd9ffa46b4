using Npgsql;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Postgres;

/// <summary>
/// Tells of what others have changed in a PostgreSQL database, by <c>LISTEN</c> and <c>NOTIFY</c>. Thread-safe.
/// </summary>
/// <remarks>
/// A notification is sent with the transaction that it tells of, and has the name of the database object that sent it: so
/// nobody is woken by itself. While there is no connection nothing is heard; once there is one again, it is said that
/// something may have been missed.
/// </remarks>
public sealed class PostgresChanges(PostgresDatabase database, TimeProvider? time = null) : IStoreChanges
{
    internal const string Channel = "theseus_changes";

    // A connection that is dead and does not know it is found out by being asked.
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public async Task ListenAsync(Action onChanged, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(onChanged);
        while (true)
        {
            try
            {
                await ListenOnceAsync(onChanged, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
            {
                // Whoever needs the database says what is wrong with it.
            }

            await Task.Delay(s_again, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ListenOnceAsync(Action onChanged, CancellationToken cancellationToken)
    {
        var connection = await database.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            connection.Notification += (_, told) =>
            {
                if (told.Payload != database.Id)
                {
                    onChanged();
                }
            };
            await connection.ExecuteAsync($"LISTEN {Channel}", [], cancellationToken).ConfigureAwait(false);
            onChanged();
            while (true)
            {
                if (!await connection.WaitAsync(s_longestSilence, cancellationToken).ConfigureAwait(false))
                {
                    await connection.ExecuteAsync("SELECT 1", [], cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }
}
