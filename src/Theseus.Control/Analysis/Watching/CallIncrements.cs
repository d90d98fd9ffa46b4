using Theseus.Fleet;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>
/// What a component's calls on a node were between two of its reports. Pure. Reports have counts from the beginning, so
/// that none is lost with a report that is, and none counted twice with one that comes twice.
/// </summary>
internal static class CallIncrements
{
    /// <summary>The calls between two reports of one node.</summary>
    /// <param name="before">The earlier one; null for the first of a process, whose counts began at 0.</param>
    /// <param name="now">The later one.</param>
    public static IEnumerable<(ReleaseId Release, string Method, SideCalls Calls)> Between(ComponentReport? before, ComponentReport now) =>
        from generation in now.Calls
        let known = before?.Calls.FirstOrDefault(one => one.Generation == generation.Generation && one.Release == generation.Release)
        from method in generation.Methods
        let since = Since(method, known?.Methods.FirstOrDefault(one => one.Method == method.Method))
        where since.Calls > 0
        select (generation.Release, method.Method, since);

    /// <summary>All calls that a method took. Those that their caller gave up are among the failures: one that hangs is ended that way.</summary>
    public static SideCalls Of(MethodCalls method) => new(method.Failed + method.GivenUp, method.Latency) { Untimed = Math.Max(0, method.Answered - method.Latency.Count) };

    // What is no later count of the same calls, which an honest node does not send, began anew.
    private static SideCalls Since(MethodCalls now, MethodCalls? before)
    {
        if (before is null || now.Answered < before.Answered || now.Failed < before.Failed || now.GivenUp < before.GivenUp || !IsLater(now.Latency, before.Latency))
        {
            return Of(now);
        }

        var latency = now.Latency.Since(before.Latency);
        return new(now.Failed - before.Failed + now.GivenUp - before.GivenUp, latency) { Untimed = Math.Max(0, now.Answered - before.Answered - latency.Count) };
    }

    private static bool IsLater(LatencySketch now, LatencySketch before)
    {
        var place = 0;
        foreach (var bucket in before.Buckets)
        {
            while (place < now.Buckets.Length && now.Buckets[place].Index < bucket.Index)
            {
                place++;
            }

            if (place == now.Buckets.Length || now.Buckets[place].Index != bucket.Index || now.Buckets[place].Count < bucket.Count)
            {
                return false;
            }
        }

        return true;
    }
}
