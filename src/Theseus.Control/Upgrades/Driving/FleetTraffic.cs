using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>How many calls each component takes on each node, of late. Owned by one loop; not thread-safe.</summary>
/// <remarks>It keeps two sums for each: one of half a minute to a minute ago, and one that takes its place then.</remarks>
internal sealed class FleetTraffic
{
    private static readonly TimeSpan s_apart = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Node, string Component), Seen> _seen = [];

    /// <summary>Takes a report in.</summary>
    /// <param name="report">The report.</param>
    /// <param name="isNewProcess">Whether it is the first of its process, whose counts began at 0.</param>
    /// <param name="now">When it came.</param>
    public void Take(NodeReport report, bool isNewProcess, DateTimeOffset now)
    {
        foreach (var component in report.Components)
        {
            var key = (report.Node, component.Component);
            var sum = new Sum(now, component.Calls.SelectMany(one => one.Methods).Aggregate(0.0, (all, method) => all + method.Answered + method.Failed + method.GivenUp));
            if (isNewProcess || !_seen.TryGetValue(key, out var seen))
            {
                _seen[key] = new(sum, sum, sum);
            }
            else
            {
                _seen[key] = now - seen.Middle.At >= s_apart ? new(seen.Middle, sum, sum) : seen with { Last = sum };
            }
        }
    }

    /// <summary>Calls a second; null while that is not known yet.</summary>
    public double? CallsPerSecond(string node, string component) =>
        _seen.TryGetValue((node, component), out var seen) && seen.Last.At > seen.First.At
            ? Math.Max(0, (seen.Last.Calls - seen.First.Calls) / (seen.Last.At - seen.First.At).TotalSeconds)
            : null;

    private readonly record struct Sum(DateTimeOffset At, double Calls);

    private readonly record struct Seen(Sum First, Sum Middle, Sum Last);
}
