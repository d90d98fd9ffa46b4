using Npgsql;

namespace Theseus.Chaos.Tests;

/// <summary>
/// Proves that an upgrade has one driver. Looks all the time who has which lease: a token is one control plane's, and a later
/// one is higher. And has the database itself note, in the transaction of each change of an upgrade, under which token it was
/// made and which one was in force.
/// </summary>
internal sealed class LeaseWatch(ProcessFleet fleet) : IAsyncDisposable
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private const string Notes = """
        CREATE TABLE chaos_steps (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, upgrade text, revision bigint, made_under bigint, in_force bigint, has_ended boolean);
        CREATE FUNCTION chaos_note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO chaos_steps (upgrade, revision, made_under, in_force, has_ended)
            VALUES (NEW.id, NEW.revision, coalesce((NEW.record::json ->> 'drivenUnder')::bigint, 0), (SELECT token FROM upgrade_leases WHERE upgrade = NEW.id), NEW.has_ended);
            RETURN NEW;
        END $$;
        CREATE TRIGGER chaos_note AFTER UPDATE ON upgrades FOR EACH ROW EXECUTE FUNCTION chaos_note();
        """;

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(string Upgrade, long Token), string> _owners = [];
    private readonly Dictionary<string, long> _highest = new(StringComparer.Ordinal);
    private Task _watching = Task.CompletedTask;

    public List<string> Broken { get; } = [];

    /// <summary>How often a lease was seen at another than before.</summary>
    public int TakeOvers { get; private set; }

    /// <summary>How many changes of upgrades were noted.</summary>
    public long Steps { get; private set; }

    public async Task StartAsync()
    {
        await using var connection = new NpgsqlConnection(fleet.Database);
        await connection.OpenAsync(_stop.Token);
        await using var command = new NpgsqlCommand(Notes, connection);
        await command.ExecuteNonQueryAsync(_stop.Token);
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>The control plane that had an upgrade's lease last; null for none.</summary>
    public string? Driver(string upgrade)
    {
        lock (_owners)
        {
            var token = _highest.GetValueOrDefault(upgrade);
            return _owners.TryGetValue((upgrade, token), out var owner) ? fleet.ControlPlaneOf(owner) : null;
        }
    }

    /// <summary>Waits until an upgrade was seen under a lease above another one, or seen no more: it has ended, or nobody takes it, which others find out.</summary>
    /// <returns>The highest lease that was seen; 0 for none.</returns>
    public async Task<long> LeaseAsync(string upgrade, long above)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            lock (_owners)
            {
                if (_highest.GetValueOrDefault(upgrade) is var highest && (highest > above || TimeProvider.System.GetElapsedTime(begun) > s_longestWait))
                {
                    return highest;
                }
            }

            await Task.Delay(s_pause, TimeProvider.System);
        }
    }

    /// <summary>Ends looking, and reads what the database noted.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await using var connection = new NpgsqlConnection(fleet.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT upgrade, revision, made_under, in_force, has_ended FROM chaos_steps ORDER BY number", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var before = new Dictionary<string, (long Revision, long Under)>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            Steps++;
            var (upgrade, revision, under, ended) = (reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetBoolean(4));
            long? inForce = reader.IsDBNull(3) ? null : reader.GetInt64(3);
            if (before.TryGetValue(upgrade, out var last) && (revision != last.Revision + 1 || under < last.Under))
            {
                Broken.Add($"{upgrade}: step {revision}, under token {under}, comes after step {last.Revision}, under {last.Under}.");
            }

            if (inForce is { } token ? token != under : under > 0 && !ended)
            {
                Broken.Add($"{upgrade}: step {revision} was made under token {under}, while {inForce} was in force.");
            }

            before[upgrade] = (revision, under);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
            }
            catch (Exception lost) when (lost is NpgsqlException or IOException or TimeoutException)
            {
                // It is one of those that are killed.
            }

            await Task.Delay(s_pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync()
    {
        await using var connection = new NpgsqlConnection(fleet.Database);
        await connection.OpenAsync(_stop.Token);
        await using var command = new NpgsqlCommand("SELECT upgrade, token, owner FROM upgrade_leases", connection);
        await using var reader = await command.ExecuteReaderAsync(_stop.Token);
        while (await reader.ReadAsync(_stop.Token))
        {
            Note(reader.GetString(0), reader.GetInt64(1), reader.GetString(2));
        }
    }

    private void Note(string upgrade, long token, string owner)
    {
        lock (_owners)
        {
            if (!_owners.TryAdd((upgrade, token), owner) && _owners[(upgrade, token)] != owner)
            {
                Broken.Add($"{upgrade}: token {token} was {_owners[(upgrade, token)]}'s, and is {owner}'s.");
            }

            var before = _highest.GetValueOrDefault(upgrade);
            if (token < before)
            {
                Broken.Add($"{upgrade}: token {token} comes after {before}.");
            }
            else if (token > before && before > 0)
            {
                TakeOvers++;
            }

            _highest[upgrade] = Math.Max(before, token);
        }
    }
}
