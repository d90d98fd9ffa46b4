namespace Theseus.Runtime.Routing;

/// <summary>What is seen of one side of a trial. Thread-safe.</summary>
internal sealed class TrialSide
{
    private readonly LatencyHistogram _latency = new();
    private long _calls;
    private long _failures;

    /// <summary>The first failures, in words.</summary>
    public Examples Failures { get; } = new();

    public void CountSuccess(TimeSpan latency)
    {
        Interlocked.Increment(ref _calls);
        _latency.Record(latency);
    }

    public void CountFailure(TimeSpan latency, string what)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Increment(ref _failures);
        _latency.Record(latency);
        Failures.Add(what);
    }

    public TrialSideObservation Observe() =>
        new(Interlocked.Read(ref _calls), Interlocked.Read(ref _failures), _latency.Quantile(0.5), _latency.Quantile(0.99));
}

/// <summary>The first few of many, in words. Thread-safe.</summary>
internal sealed class Examples
{
    private const int Kept = 8;
    private const int LongestText = 300;

    private readonly Lock _lock = new();
    private readonly List<string> _texts = [];

    public void Add(string text)
    {
        lock (_lock)
        {
            if (_texts.Count < Kept)
            {
                _texts.Add(text.Length > LongestText ? text[..LongestText] + "…" : text);
            }
        }
    }

    public IReadOnlyList<string> Take()
    {
        lock (_lock)
        {
            return [.. _texts];
        }
    }
}
