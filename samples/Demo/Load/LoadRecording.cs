namespace Theseus.Demo.Load;

/// <summary>Every request of a run, none thrown away or rounded. Thread-safe.</summary>
internal sealed class LoadRecording
{
    private readonly Lock _lock = new();
    private readonly List<RequestSample> _samples = [];
    private long _failed;

    public void Add(RequestSample sample)
    {
        lock (_lock)
        {
            _samples.Add(sample);
            _failed += sample.Fault is null ? 0 : 1;
        }
    }

    /// <summary>How many requests have ended, and how many of them failed.</summary>
    public (long Requests, long Failed) Totals
    {
        get
        {
            lock (_lock)
            {
                return (_samples.Count, _failed);
            }
        }
    }

    /// <summary>The ended requests that were to be sent in a span of time.</summary>
    /// <param name="from">Its start, as a timestamp of the clock; included.</param>
    /// <param name="to">Its end; not included.</param>
    public IReadOnlyList<RequestSample> Between(long from, long to)
    {
        lock (_lock)
        {
            return [.. _samples.Where(sample => sample.IntendedAt >= from && sample.IntendedAt < to)];
        }
    }
}
