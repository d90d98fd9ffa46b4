using System.Globalization;

namespace Theseus.Samples.RateLimiter;

/// <summary>
/// Gives each client <c>Limit</c> permits (100 by default) in each window of <c>WindowSeconds</c> (1 by default);
/// windows begin at the same moments for all clients.
/// </summary>
/// <remarks><c>PrefillClients</c> and <c>PrefillKeyLength</c> give it a state of a wished size to begin with, for measurements.</remarks>
[Component("rate-limiter", typeof(IRateLimiter))]
[StateSchema(1)]
public sealed class RateLimiter : IRateLimiter, ITransferableState, IWarmUp<IRateLimiter>
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly int _limit;
    private readonly long _windowTicks;
    private Dictionary<string, Client> _clients = new(StringComparer.Ordinal);
    private long _windowStart;

    public RateLimiter(IComponentContext context)
    {
        _time = context.Time;
        _limit = Setting("Limit", 100);
        _windowTicks = Setting("WindowSeconds", 1) * TimeSpan.TicksPerSecond;
        var keyLength = Setting("PrefillKeyLength", 16);
        for (var i = Setting("PrefillClients", 0); i > 0; i--)
        {
            _clients.Add(i.ToString(CultureInfo.InvariantCulture).PadLeft(keyLength, '0'), new Client(i, 0, 0));
        }

        int Setting(string name, int otherwise) =>
            context.Configuration[name] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }

    public IEnumerable<WarmUpCall<IRateLimiter>> WarmUpCalls =>
    [
        // More than anybody may have: refused, so that nothing is counted.
        new("TryAcquire", (limiter, _) => { limiter.TryAcquire("warm-up", int.MaxValue); return ValueTask.CompletedTask; }),
        new("TotalGranted", (limiter, _) => { limiter.TotalGranted(); return ValueTask.CompletedTask; }),
    ];

    public RateDecision TryAcquire(string client, int permits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        lock (_lock)
        {
            var now = _time.GetUtcNow().UtcTicks;
            _windowStart = Math.Max(_windowStart, now - (now % _windowTicks));
            var state = _clients.GetValueOrDefault(client);
            var used = state.UsedIn(_windowStart);
            if (permits > _limit - used)
            {
                return new(false, Math.Max(0, _limit - used), TimeSpan.FromTicks(_windowStart + _windowTicks - now));
            }

            used += permits;
            _clients[client] = new(state.Granted + permits, used, _windowStart);
            return new(true, _limit - used, TimeSpan.Zero);
        }
    }

    public long TotalGranted()
    {
        lock (_lock)
        {
            return _clients.Values.Sum(state => state.Granted);
        }
    }

    public IReadOnlyDictionary<string, long> Snapshot()
    {
        lock (_lock)
        {
            return _clients.ToDictionary(entry => entry.Key, entry => entry.Value.Granted, StringComparer.Ordinal);
        }
    }

    public ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            StateFile.Write(destination, _windowStart, [.. _clients], cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ImportAsync(Stream source, CancellationToken cancellationToken)
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
