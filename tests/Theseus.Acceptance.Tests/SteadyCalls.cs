using System.Collections.Concurrent;
using Theseus.Samples;

namespace Theseus.Acceptance.Tests;

/// <summary>Calls all renderers again and again, each with the same few documents in turn, until it is ended.</summary>
internal sealed class SteadyCalls : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly string[] s_documents = ["# One\n\nA *short* note.", "| a | b |\n| --- | --- |\n| 1 | 2 |\n", "- one\n- two\n"];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _callers;
    private readonly ConcurrentQueue<Exception> _failures = [];
    private long _calls;

    public SteadyCalls(IReadOnlyList<IMarkdownRenderer> renderers) => _callers = [.. renderers.Select(one => Task.Run(() => CallAsync(one)))];

    /// <summary>What callers saw of failures.</summary>
    public IReadOnlyCollection<Exception> Failures => _failures;

    /// <summary>Waits until so many calls more have been answered.</summary>
    public async Task MoreAsync(int calls)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        for (var until = Interlocked.Read(ref _calls) + calls; Interlocked.Read(ref _calls) < until;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    /// <summary>Ends it.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers).WaitAsync(s_deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }

    private async Task CallAsync(IMarkdownRenderer renderer)
    {
        for (var call = 0; !_stop.IsCancellationRequested; call++)
        {
            try
            {
                await renderer.RenderAsync(s_documents[call % s_documents.Length], CancellationToken.None);
                Interlocked.Increment(ref _calls);
            }
            catch (Exception failure)
            {
                _failures.Enqueue(failure);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
