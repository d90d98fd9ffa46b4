using Theseus.Demo.Fleet;
using Theseus.Demo.Report;
using Theseus.Runtime;

namespace Theseus.Demo.Acts;

/// <summary>What an upgrade came to on the nodes: each one's own record of its swap.</summary>
internal sealed class NodeSwaps
{
    private static readonly TimeSpan s_longestRetirement = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<(string Node, SwapRecord Record)> _swaps;

    private NodeSwaps(IReadOnlyList<(string Node, SwapRecord Record)> swaps) => _swaps = swaps;

    /// <summary>The longest time for which a node held its callers back.</summary>
    public TimeSpan CriticalSection => Longest(record => record.CriticalSection) ?? TimeSpan.Zero;

    public long StateBytes => _swaps.Sum(one => one.Record.StateBytes ?? 0);

    public long ShieldedCalls => _swaps.Sum(one => one.Record.Verdict?.ShieldedCalls ?? 0);

    public TimeSpan? Drain => Longest(record => record.Retired?.Drain);

    public TimeSpan? Unload => Longest(record => record.Retired?.Unload);

    /// <summary>Whether every generation that had to go is gone.</summary>
    public bool AreGone => _swaps.All(one => IsGone(one.Record));

    public string Retirement => _swaps.Count == 0
        ? "No generation had to go."
        : string.Join(" ", _swaps.Where(one => !IsGone(one.Record)).Select(one => $"{one.Node}: {string.Join(" ", one.Record.Retired?.Pins ?? ["not told yet."])}").DefaultIfEmpty($"Gone from {_swaps.Count} nodes."));

    /// <summary>The steps of the swap that took longest.</summary>
    public IReadOnlyList<StepReport> Steps => _swaps.Count == 0
        ? []
        : [.. _swaps.MaxBy(one => one.Record.Steps.Sum(step => step.Duration.TotalMilliseconds)).Record.Steps.Select(step => new StepReport(step.Step, Milliseconds(step.Duration)))];

    /// <summary>Waits until all that had to go is gone, or the time for it is over.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="component">The component.</param>
    /// <param name="since">When the act began.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<NodeSwaps> CollectAsync(IDemoFleet fleet, string component, DateTimeOffset since, TimeProvider time, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var nodes = await fleet.LookAsync(component, cancellationToken);
            var swaps = new NodeSwaps([.. nodes.SelectMany(node => node.History.Where(record => record.StartedAt >= since && record.Outcome != nameof(SwapOutcome.Staged)).Select(record => (node.Node, record)))]);
            if (swaps.AreGone || time.GetElapsedTime(begun) > s_longestRetirement)
            {
                return swaps;
            }

            await Task.Delay(s_look, time, cancellationToken);
        }
    }

    private static bool IsGone(SwapRecord record) => record.Outcome == nameof(SwapOutcome.Refused) || record.Retired?.GoneAt is not null;

    private TimeSpan? Longest(Func<SwapRecord, TimeSpan?> of) => _swaps.Max(one => of(one.Record));

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 4);
}
