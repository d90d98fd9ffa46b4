using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Theseus.RabbitMq;

/// <summary>
/// A connection to RabbitMQ that is made anew whenever it is lost, until it is disposed of. Nothing waits for it but who
/// asks to. Thread-safe.
/// </summary>
internal sealed class RabbitLink : IAsyncDisposable
{
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private readonly string _purpose;
    private readonly Func<IConnection, CancellationToken, Task> _setUp;

    // Never disposed of, for it has no timer, and others may ask for its token at any time.
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile TaskCompletionSource<IConnection> _connected = New<IConnection>();
    private volatile TaskCompletionSource<bool> _unblocked = NewSet();

    /// <param name="options">How the broker is reached.</param>
    /// <param name="purpose">What it is for, for logs and for the broker's operators.</param>
    /// <param name="setUp">Declares what is to be there, on each new connection before anybody gets it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    public RabbitLink(RabbitOptions options, string purpose, Func<IConnection, CancellationToken, Task> setUp, TimeProvider time, ILogger logger)
    {
        options.ThrowIfFaulty();
        (Options, _purpose, _setUp, Time, Logger) = (options, purpose, setUp, time, logger);
        Stopping = _stop.Token;
        _running = Task.Run(RunAsync);
    }

    public RabbitOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>Cancelled when the link is being disposed of.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>The connection; null while there is none.</summary>
    public IConnection? Connection => _connected.Task is { IsCompletedSuccessfully: true } connected ? connected.Result : null;

    /// <summary>Waits for the connection.</summary>
    public Task<IConnection> ConnectionAsync(CancellationToken cancellationToken) => _connected.Task.WaitAsync(cancellationToken);

    /// <summary>Waits while the broker takes no messages, because it is short of memory or of room on its disk.</summary>
    public Task UnblockedAsync(CancellationToken cancellationToken) => _unblocked.Task.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(Time, Options.LongestPause);
        var away = new Occasionally(Time);
        while (!Stopping.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(backoff.Reset).ConfigureAwait(false);
            }
            catch (Exception failure) when (!Stopping.IsCancellationRequested)
            {
                // The loop's boundary: whatever it is, the next try may go better.
                away.Note(_ => Logger.Away(Options.ToString(), _purpose, RabbitCauses.Of(failure, Options)));
            }

            await backoff.WaitAsync(Stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Connects, and returns when the connection is lost.</summary>
    private async Task ConnectAsync(Action connected)
    {
        using var deadline = new CancellationTokenSource(Options.ConnectTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, Stopping);
        var connection = await RabbitConnecting.Factory(Options, _purpose).CreateConnectionAsync(either.Token).ConfigureAwait(false);
        try
        {
            var lost = New<string>();
            connection.ConnectionShutdownAsync += (_, end) => Noted(() => lost.TrySetResult(RabbitCauses.Of(end)));
            connection.ConnectionBlockedAsync += (_, blocked) => Noted(() => Block(blocked.Reason));
            connection.ConnectionUnblockedAsync += (_, _) => Noted(Unblock);
            await _setUp(connection, either.Token).ConfigureAwait(false);
            connected();
            Logger.Connected(Options.ToString(), _purpose);
            _connected.TrySetResult(connection);
            var cause = await lost.Task.WaitAsync(Stopping).ConfigureAwait(false);
            Logger.Lost(Options.ToString(), _purpose, cause);
        }
        finally
        {
            if (_connected.Task.IsCompleted)
            {
                _connected = New<IConnection>();
            }

            _unblocked.TrySetResult(true);
            await EndAsync(connection).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(IConnection connection)
    {
        try
        {
            await connection.CloseAsync(Constants.ReplySuccess, "It ends.", s_longestEnd, abort: true, CancellationToken.None).WaitAsync(s_longestEnd, Time, CancellationToken.None).ConfigureAwait(false);
            await connection.DisposeAsync().AsTask().WaitAsync(s_longestEnd, Time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is TimeoutException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            Logger.LeftBehind(Options.ToString(), _purpose);
        }
    }

    private void Block(string? reason)
    {
        _unblocked = New<bool>();
        Logger.Blocked(Options.ToString(), $"{reason}.");
    }

    private void Unblock()
    {
        _unblocked.TrySetResult(true);
        Logger.Unblocked(Options.ToString());
    }

    private static Task Noted(Action note)
    {
        note();
        return Task.CompletedTask;
    }

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<bool> NewSet()
    {
        var set = New<bool>();
        set.SetResult(true);
        return set;
    }
}
