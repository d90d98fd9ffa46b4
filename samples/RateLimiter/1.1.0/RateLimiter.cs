using System.Globalization;

namespace Theseus.Samples.RateLimiter;

/// <summary>
/// Gives each client <c>Limit</c> permits (100 by default) in each window of <c>WindowSeconds</c> (1 by default);
/// windows begin at the same moments for all clients.
/// </summary>
/// <remarks><c>PrefillClients</c> and <c>PrefillKeyLength</c> give it a state of a wished size to begin with, for measurements.</remarks>
[Component("rate-limiter", typeof(IRateLimiter))]
[StateSchema(1)]
public sealed class RateLimiter : IRateLimiter, ICatchUpState, IWarmUp<IRateLimiter>
{
    private readonly TimeProvider _time;
    private readonly int _limit;
    private readonly long _windowTicks;
    private volatile ClientTable _clients = new();
    private long _windowStart;

    public RateLimiter(IComponentContext context)
    {
        _time = context.Time;
        _limit = Setting("Limit", 100);
        _windowTicks = Setting("WindowSeconds", 1) * TimeSpan.TicksPerSecond;
        var keyLength = Setting("PrefillKeyLength", 16);
        for (var i = Setting("PrefillClients", 0); i > 0; i--)
        {
            _clients.Set(i.ToString(CultureInfo.InvariantCulture).PadLeft(keyLength, '0'), new Client(i, 0, 0));
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
        var now = _time.GetUtcNow().UtcTicks;
        var decision = default(RateDecision);
        _clients.Update(client, state =>
        {
            // Under the client's lock: the window is never older than the one the client was last seen in.
            var windowStart = Newest(now - (now % _windowTicks));
            var used = state.UsedIn(windowStart);
            if (permits > _limit - used)
            {
                decision = new(false, Math.Max(0, _limit - used), TimeSpan.FromTicks(windowStart + _windowTicks - now));
                return null;
            }

            used += permits;
            decision = new(true, _limit - used, TimeSpan.Zero);
            return new(state.Granted + permits, used, windowStart);
        });
        return decision;
    }

    public long TotalGranted() => _clients.Sum(state => state.Granted);

    public IReadOnlyDictionary<string, long> Snapshot() =>
        _clients.ToArray().ToDictionary(entry => entry.Key, entry => entry.Value.Granted, StringComparer.Ordinal);

    public ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken)
    {
        Write(destination, _clients.ToArray(), cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask ImportAsync(Stream source, CancellationToken cancellationToken)
    {
        var clients = new ClientTable();
        var windowStart = StateFile.Read(source, clients.Set, cancellationToken);
        Volatile.Write(ref _windowStart, windowStart);
        _clients = clients;
        return ValueTask.CompletedTask;
    }

    public ValueTask BeginCopyAsync(Stream destination, CancellationToken cancellationToken)
    {
        // Noting begins before the first client is copied, so that no change falls between the two.
        _clients.BeginNoting();
        return ExportAsync(destination, cancellationToken);
    }

    public ValueTask ExportChangesAsync(Stream destination, CancellationToken cancellationToken)
    {
        var changes = _clients.TakeChanges();
        if (changes.Length > 0)
        {
            Write(destination, changes, cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask EndCopyAsync()
    {
        _clients.EndNoting();
        return ValueTask.CompletedTask;
    }

    /// <summary>Changes are whole clients in the form of a state: applying them twice sets the same values twice.</summary>
    public ValueTask ApplyChangesAsync(Stream source, CancellationToken cancellationToken)
    {
        Newest(StateFile.Read(source, _clients.Set, cancellationToken));
        return ValueTask.CompletedTask;
    }

    // Read after the clients: a client that is newer than the window it is written with would lose what it used.
    private void Write(Stream destination, KeyValuePair<string, Client>[] clients, CancellationToken cancellationToken) =>
        StateFile.Write(destination, Volatile.Read(ref _windowStart), clients, cancellationToken);

    /// <summary>Moves the newest window on, never back.</summary>
    private long Newest(long windowStart)
    {
        var seen = Volatile.Read(ref _windowStart);
        while (seen < windowStart)
        {
            var before = Interlocked.CompareExchange(ref _windowStart, windowStart, seen);
            seen = before == seen ? windowStart : before;
        }

        return seen;
    }
}
