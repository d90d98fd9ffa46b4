using Theseus.Samples.RateLimiter;

namespace Theseus.Samples.Bad;

/// <summary>What the bad limiters have in common: counts, refuses nobody, and hands its state over rightly.</summary>
public abstract class CountingLimiter : IRateLimiter, ITransferableState
{
    private readonly Lock _lock = new();
    private Dictionary<string, Client> _clients = new(StringComparer.Ordinal);
    private long _windowStart;

    public RateDecision TryAcquire(string client, int permits)
    {
        lock (_lock)
        {
            var state = _clients.GetValueOrDefault(client);
            _clients[client] = state with { Granted = state.Granted + permits };
            return new(true, int.MaxValue, TimeSpan.Zero);
        }
    }

    public long TotalGranted() => Snapshot().Values.Sum();

    public IReadOnlyDictionary<string, long> Snapshot()
    {
        lock (_lock)
        {
            return _clients.ToDictionary(entry => entry.Key, entry => entry.Value.Granted, StringComparer.Ordinal);
        }
    }

    public virtual ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            StateFile.Write(destination, _windowStart, [.. _clients], cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    public virtual ValueTask ImportAsync(Stream source, CancellationToken cancellationToken)
    {
        var clients = new Dictionary<string, Client>(StringComparer.Ordinal);
        var windowStart = StateFile.Read(source, clients.Add, cancellationToken);
        lock (_lock)
        {
            (_clients, _windowStart) = (clients, windowStart);
        }

        return ValueTask.CompletedTask;
    }
}
