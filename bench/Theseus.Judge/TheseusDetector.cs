using Theseus.Control.Analysis;
using Theseus.Fleet.Metrics;
using Theseus.JudgeBench.Rivals;
using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench;

/// <summary>The judge's comparison of one method, looked at after each call.</summary>
/// <param name="error">The chance of a false alarm that it may have over a watch of any length.</param>
internal sealed class TheseusDetector(double error) : IDetector
{
    private static readonly SideCalls s_failure = new(1, LatencySketch.Empty);

    private readonly MethodComparison _comparison = new();

    /// <summary>Takes in what the stable version did before.</summary>
    public TheseusDetector Learn(SideCalls before)
    {
        _comparison.Learn(before);
        return this;
    }

    public bool Look(Call call)
    {
        var seen = call.IsFailure ? s_failure : new SideCalls(0, LatencySketch.FromBuckets([new(LatencyBuckets.IndexOf((long)call.Nanoseconds), 1)]));
        _comparison.Add(call.IsCandidate ? seen : SideCalls.None, call.IsCandidate ? SideCalls.None : seen);
        return _comparison.Capital >= 1 / error;
    }

    /// <summary>Calls as a node would report them.</summary>
    public static SideCalls Of(IReadOnlyCollection<Call> calls) =>
        new(calls.Count(call => call.IsFailure), LatencySketch.Of(calls.Where(call => !call.IsFailure).Select(call => TimeSpan.FromTicks((long)Math.Min(call.Nanoseconds / 100, long.MaxValue / 4)))));
}
