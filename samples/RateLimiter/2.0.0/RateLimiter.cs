using System.Globalization;

namespace Theseus.Samples.RateLimiter;

/// <summary>
/// Gives each client <c>Limit</c> permits (100 by default) in each window of <c>WindowSeconds</c> (1 by default). A
/// client's window begins with its first call, and up to <c>Burst</c> permits (0 by default) that it left in one window
/// are added to the next.
/// </summary>
[Component("rate-limiter", typeof(IRateLimiter))]
[StateSchema(2)]
public sealed class RateLimiter : IRateLimiter, ICatchUpState, IWarmUp<IRateLimiter>
{
    private readonly TimeProvider _time;
    private readonly int _limit;
    private readonly int _burst;
    private readonly long _windowTicks;
    private volatile ClientTable _clients = new();
    private long _newestWindow;

    public RateLimiter(IComponentContext context)
    {
        _time = context.Time;
        _limit = Setting("Limit", 100);
        _windowTicks = Setting("WindowSeconds", 1) * TimeSpan.TicksPerSecond;
        _burst = Setting("Burst", 0);

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
        _clients.Update(client, before =>
        {
            var state = InWindowOf(before, now);
            var left = Math.Max(0, _limit + state.Burst - state.Used);
            if (permits > left)
            {
                decision = new(false, left, TimeSpan.FromTicks(state.WindowStart + _windowTicks - now));
                return null;
            }

            Advance(state.WindowStart);
            decision = new(true, left - permits, TimeSpan.Zero);
            return state with { Granted = state.Granted + permits, Used = state.Used + permits };
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
        var newestWindow = StateFile.Read(source, clients.Set, cancellationToken);
        Volatile.Write(ref _newestWindow, newestWindow);
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
        Advance(StateFile.Read(source, _clients.Set, cancellationToken));
        return ValueTask.CompletedTask;
    }

    private void Write(Stream destination, KeyValuePair<string, Client>[] clients, CancellationToken cancellationToken) =>
        StateFile.Write(destination, Volatile.Read(ref _newestWindow), clients, cancellationToken);

    private Client InWindowOf(Client state, long now)
    {
        var age = now - state.WindowStart;
        if (age < _windowTicks)
        {
            return state;
        }

        var unused = age < 2 * _windowTicks ? Math.Max(0, _limit + state.Burst - state.Used) : _limit;
        var burst = state.Granted == 0 ? 0 : Math.Min(_burst, unused);
        return state with { Used = 0, WindowStart = now, Burst = burst };
    }

    /// <summary>Moves the newest window on, never back.</summary>
    private void Advance(long windowStart)
    {
        var seen = Volatile.Read(ref _newestWindow);
        while (seen < windowStart)
        {
            var before = Interlocked.CompareExchange(ref _newestWindow, windowStart, seen);
            seen = before == seen ? windowStart : before;
        }
    }
}
