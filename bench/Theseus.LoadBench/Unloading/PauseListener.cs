using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Theseus.LoadBench.Unloading;

/// <summary>Every time that the collector had all threads suspended, from the runtime's own events.</summary>
internal sealed class PauseListener : EventListener
{
    private const EventKeywords Collector = (EventKeywords)0x1;
    private const int RestartEnded = 3;
    private const int SuspendBegun = 9;

    private readonly ConcurrentQueue<(DateTime Begun, TimeSpan Length)> _pauses = [];
    private DateTime? _begun;

    /// <summary>The pauses that began in a span of time (UTC), in milliseconds.</summary>
    public IReadOnlyList<double> Between(DateTimeOffset from, DateTimeOffset to) =>
        [.. _pauses.Where(one => one.Begun >= from.UtcDateTime && one.Begun <= to.UtcDateTime).Select(one => one.Length.TotalMilliseconds)];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Informational, Collector);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        switch (eventData.EventId)
        {
            case SuspendBegun:
                _begun = eventData.TimeStamp;
                break;
            case RestartEnded when _begun is { } begun:
                _pauses.Enqueue((begun, eventData.TimeStamp - begun));
                _begun = null;
                break;
        }
    }
}
