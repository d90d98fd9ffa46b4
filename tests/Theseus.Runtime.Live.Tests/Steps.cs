using System.Collections.Concurrent;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Listens to a swap: tells when a step begins or ends, and does what is to be done at that very moment, which the swap waits for.</summary>
internal sealed class Steps : IProgress<SwapProgress>
{
    private readonly ConcurrentDictionary<(SwapStep Step, bool IsEnd), TaskCompletionSource> _points = new();

    /// <summary>Called on the swap's thread at each point.</summary>
    public Action<SwapStep, bool>? At { get; init; }

    public Task BeginAsync(SwapStep step) => Point(step, isEnd: false).Task.WaitAsync(LiveHost.Deadline);

    public Task EndAsync(SwapStep step) => Point(step, isEnd: true).Task.WaitAsync(LiveHost.Deadline);

    public void Report(SwapProgress value)
    {
        At?.Invoke(value.Step, value.IsEnd);
        Point(value.Step, value.IsEnd).TrySetResult();
    }

    private TaskCompletionSource Point(SwapStep step, bool isEnd) =>
        _points.GetOrAdd((step, isEnd), static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
