using System.Threading.Channels;

namespace Theseus.Channels.Tests;

/// <summary>Reads without a pause, beside the test.</summary>
internal sealed class Reading<T> : IAsyncDisposable
{
    private readonly Channel<T> _read = Channel.CreateUnbounded<T>();
    private readonly CancellationTokenSource _stop = new();

    public Reading(Func<CancellationToken, IAsyncEnumerable<T>> source) => Ended = Task.Run(() => ReadAsync(source));

    /// <summary>The reading, which ends when its channel is disposed of.</summary>
    public Task Ended { get; }

    public Task<T> NextAsync() => _read.Reader.ReadAsync().AsTask().InTimeAsync();

    /// <summary>Reads until one is as wanted, and returns it.</summary>
    public async Task<T> UntilAsync(Func<T, bool> isWanted)
    {
        while (true)
        {
            var one = await NextAsync();
            if (isWanted(one))
            {
                return one;
            }
        }
    }

    /// <summary>What has been read by now and not been asked for.</summary>
    public IReadOnlyList<T> Rest()
    {
        var rest = new List<T>();
        while (_read.Reader.TryRead(out var one))
        {
            rest.Add(one);
        }

        return rest;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(Func<CancellationToken, IAsyncEnumerable<T>> source)
    {
        await foreach (var one in source(_stop.Token))
        {
            _read.Writer.TryWrite(one);
        }
    }
}
