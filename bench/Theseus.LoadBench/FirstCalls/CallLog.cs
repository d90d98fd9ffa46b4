using System.Diagnostics;

namespace Theseus.LoadBench.FirstCalls;

/// <summary>When each call began and how long it took. Written without a lock, by one caller per list.</summary>
internal sealed class CallLog(int callers)
{
    private readonly List<(long Begun, double Milliseconds)>[] _calls =
        [.. Enumerable.Range(0, callers).Select(_ => new List<(long, double)>(200_000))];

    public bool Measure(int caller, Func<bool> call)
    {
        var begun = Stopwatch.GetTimestamp();
        var isRight = call();
        _calls[caller].Add((begun, Stopwatch.GetElapsedTime(begun).TotalMilliseconds));
        return isRight;
    }

    /// <summary>The calls begun in a span of time. Asked for when the callers have ended.</summary>
    public IEnumerable<double> Between(long from, long to) =>
        _calls.SelectMany(calls => calls).Where(call => call.Begun >= from && call.Begun < to).Select(call => call.Milliseconds);

    /// <summary>The calls begun first after a moment.</summary>
    public IEnumerable<double> FirstAfter(long moment, int count) =>
        _calls.SelectMany(calls => calls).Where(call => call.Begun >= moment).OrderBy(call => call.Begun).Take(count).Select(call => call.Milliseconds);
}
