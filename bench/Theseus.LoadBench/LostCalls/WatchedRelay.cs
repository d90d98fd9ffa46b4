using System.Globalization;
using Relay;

namespace Theseus.LoadBench.LostCalls;

/// <summary>What is known of one generation without holding it.</summary>
internal sealed class Watch(long number)
{
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;
    private long _ended;
    private long _violations;

    public string Version { get; } = number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Calls that it executed.</summary>
    public long Ended => Interlocked.Read(ref _ended);

    /// <summary>Calls that were inside it after it had been drained.</summary>
    public long Violations => Interlocked.Read(ref _violations);

    /// <summary>Completes when it has had a call.</summary>
    public Task Called => _called.Task;

    /// <summary>From now on nobody may be inside.</summary>
    public void Close() => _closed = true;

    public void Enter()
    {
        if (_closed)
        {
            Interlocked.Increment(ref _violations);
        }
    }

    public void Leave()
    {
        Enter();
        if (Interlocked.Increment(ref _ended) == 1)
        {
            _called.SetResult();
        }
    }
}

/// <summary>A relay of this process that tells its watch of each call.</summary>
internal class WatchedRelay(Watch watch) : IRelay
{
    public string Version => watch.Version;

    public string Call(Func<string> next)
    {
        watch.Enter();
        var answer = $"{watch.Version}>{next()}";
        Count();
        watch.Leave();
        return answer;
    }

    public async Task<string> CallAsync(Func<Task<string>> next)
    {
        watch.Enter();
        var answer = $"{watch.Version}>{await next().ConfigureAwait(false)}";
        Count();
        watch.Leave();
        return answer;
    }

    protected virtual void Count()
    {
    }
}

/// <summary>The same with a state that moves from generation to generation: the number of calls, of which none may be missing.</summary>
internal sealed class CountingRelay(Watch watch) : WatchedRelay(watch), ITransferableState
{
    private long _calls;

    public async ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken) =>
        await destination.WriteAsync(BitConverter.GetBytes(Interlocked.Read(ref _calls)), cancellationToken).ConfigureAwait(false);

    public async ValueTask ImportAsync(Stream source, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(long)];
        await source.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _calls, BitConverter.ToInt64(bytes));
    }

    public long Calls => Interlocked.Read(ref _calls);

    protected override void Count() => Interlocked.Increment(ref _calls);
}
