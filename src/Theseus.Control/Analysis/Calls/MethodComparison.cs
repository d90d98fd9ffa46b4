namespace Theseus.Control.Analysis;

/// <summary>
/// Compares the calls of one method on the candidate with those on the baseline at the same time. Gathers them into blocks,
/// and bets on each. Not thread-safe.
/// </summary>
/// <param name="buckets">How many latency buckets there are.</param>
internal sealed class MethodComparison(int buckets)
{
    /// <summary>A block has at least so many calls, and a sixteenth of all so far up to the most that it is worth waiting for.</summary>
    private const long FewestCalls = 32;
    private const long MostCalls = 512;
    private const long FewestOfASide = 8;

    private readonly Capital _failures = new(CallBets.Failures.Select(bet => bet.Stake));
    private readonly Capital _latency = new(CallBets.Latency.Select(bet => bet.Stake));
    private readonly LatencyLevels _levels = new(buckets);
    private readonly Pending _candidate = new(buckets);
    private readonly Pending _baseline = new(buckets);
    private long _seen;

    /// <summary>The capital: half of it is bet on failures, half on latencies.</summary>
    public double Capital { get; private set; } = 1;

    /// <summary>What the bets hold, the one with the most first.</summary>
    public IEnumerable<(string Harm, double Held)> Held =>
        CallBets.Failures.Zip(_failures.Held).Concat(CallBets.Latency.Zip(_latency.Held))
            .GroupBy(one => one.First.Harm)
            .Select(bets => (bets.Key, bets.Sum(one => one.Second) / 2))
            .OrderByDescending(one => one.Item2);

    /// <summary>Takes calls in that the stable version took before there was a candidate: to know what is slow here.</summary>
    public void Learn(SideCalls baseline) => _levels.Learn(baseline.Answered);

    /// <summary>Takes the calls of one more stretch of time in.</summary>
    public void Add(SideCalls candidate, SideCalls baseline)
    {
        _candidate.Add(candidate);
        _baseline.Add(baseline);
        var pending = _candidate.Calls + _baseline.Calls;
        if (Math.Min(_candidate.Calls, _baseline.Calls) >= FewestOfASide && pending >= Math.Clamp((_seen + pending) / 16, FewestCalls, MostCalls))
        {
            _seen += pending;
            Settle(_failures, CallBets.Failures, new Block(_candidate.ByAnswer(), _baseline.ByAnswer()));
            Settle(_latency, CallBets.Latency, _levels.Sort(_candidate.Latencies, _baseline.Latencies));
            Capital = (_failures.Now + _latency.Now) / 2;
            _candidate.Clear();
            _baseline.Clear();
        }
    }

    private static void Settle(Capital capital, Bet[] bets, Block block)
    {
        Span<double> returns = stackalloc double[bets.Length];
        for (var bet = 0; bet < bets.Length; bet++)
        {
            returns[bet] = bets[bet].LogReturn(block);
        }

        capital.Settle(returns);
    }

    /// <summary>One side's calls that no block has yet.</summary>
    private sealed class Pending(int buckets)
    {
        private long _answered;
        private long _failed;

        public long[] Latencies { get; } = new long[buckets];

        public long Calls => _answered + _failed;

        public void Add(SideCalls calls)
        {
            _failed += calls.Failures;
            foreach (var (bucket, count) in calls.Answered)
            {
                Latencies[bucket] += count;
                _answered += count;
            }
        }

        public long[] ByAnswer() => [_answered, _failed];

        public void Clear()
        {
            (_answered, _failed) = (0, 0);
            Array.Clear(Latencies);
        }
    }
}
