using Theseus.Fleet;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Analysis;

/// <summary>Gathers the calls of a wave's two sides from what nodes report, until they are taken. Not thread-safe.</summary>
/// <remarks>Bounded: two sketches for each method, of which a node reports at most so many, and all together as many as are held here.</remarks>
internal sealed class WaveGathering(WaveSides sides, TimeSpan warmUp)
{
    private const int MostMethods = 1000;

    // More calls than any node takes between two pieces of evidence. What a node makes up cannot overflow a sum so.
    private const long MostCalls = 1L << 40;

    private readonly Dictionary<string, BothSides> _gathered = new(StringComparer.Ordinal);
    private bool _isWarm;

    /// <summary>What is gathered.</summary>
    public IReadOnlyDictionary<string, BothSides> Gathered => _gathered;

    /// <summary>Takes in what a node's calls were between two of its reports.</summary>
    /// <param name="node">The node.</param>
    /// <param name="before">The earlier report of the component; null for the first of a process.</param>
    /// <param name="now">The later one.</param>
    public void Take(string node, ComponentReport? before, ComponentReport now)
    {
        if (sides.CandidateNodes.Contains(node) && IsOn(now))
        {
            // Calls from while the share was another one, or before there was any, were split otherwise.
            if (sides.AreOnSameNodes && (before is null || !IsOn(before)))
            {
                return;
            }

            var isWarm = before is not null && IsOn(before) && before.Trial!.Elapsed >= warmUp;
            _isWarm |= isWarm;
            foreach (var (release, method, calls) in CallIncrements.Between(before, now))
            {
                if (release == sides.Candidate)
                {
                    Add(method, new(Counted(calls, isWarm), SideCalls.None));
                }
                else if (release == sides.Baseline && sides.AreOnSameNodes)
                {
                    Add(method, new(SideCalls.None, Counted(calls, isWarm)));
                }
            }
        }
        else if (!sides.AreOnSameNodes && sides.BaselineNodes.Contains(node) && before is not null)
        {
            foreach (var (release, method, calls) in CallIncrements.Between(before, now))
            {
                if (release == sides.Baseline)
                {
                    Add(method, new(SideCalls.None, Counted(calls, _isWarm)));
                }
            }
        }
    }

    /// <summary>Begins to gather anew; returns what was gathered.</summary>
    public IReadOnlyDictionary<string, BothSides> TakeAll()
    {
        var taken = new Dictionary<string, BothSides>(_gathered, StringComparer.Ordinal);
        _gathered.Clear();
        return taken;
    }

    private bool IsOn(ComponentReport report) => report.Trial is { } trial && trial.Release == sides.Candidate && trial.Share == sides.Share;

    private static SideCalls Counted(SideCalls calls, bool isWarm) => isWarm ? calls : new(calls.Failures, LatencySketch.Empty) { Untimed = calls.Answered };

    private void Add(string method, BothSides calls)
    {
        var isKnown = _gathered.TryGetValue(method, out var known);
        if ((isKnown || _gathered.Count < MostMethods) && Math.Max(Calls(calls), isKnown ? Calls(known!) : 0) <= MostCalls)
        {
            _gathered[method] = known?.And(calls) ?? calls;
        }

        static long Calls(BothSides sides) => Math.Max(sides.Candidate.Calls, sides.Baseline.Calls);
    }
}
