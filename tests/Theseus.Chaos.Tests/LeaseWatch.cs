using Npgsql;

namespace Theseus.Chaos.Tests;

/// <summary>Looks all the time who drives what: of an upgrade, a token is one control plane's, and a later one is higher.</summary>
internal sealed class LeaseWatch(ProcessFleet fleet) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(string Upgrade, long Token), string> _owners = [];
    private readonly Dictionary<string, long> _highest = new(StringComparer.Ordinal);
    private Task _watching = Task.CompletedTask;

    public List<string> Broken { get; } = [];

    /// <summary>How often a lease was seen at another than before.</summary>
    public int TakeOvers { get; private set; }

    public void Start() => _watching = Task.Run(WatchAsync);

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
            var (upgrade, token, owner) = (reader.GetString(0), reader.GetInt64(1), reader.GetString(2));
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
