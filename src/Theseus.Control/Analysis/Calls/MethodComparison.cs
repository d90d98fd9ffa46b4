namespace Theseus.Control.Analysis;

/// <summary>
/// Compares the calls of one method on the candidate with those on the baseline at the same time. Gathers them into blocks,
/// and bets on each. Not thread-safe.
/// </summary>
internal sealed class MethodComparison
{
    // A block has at least so many calls, and a sixteenth of all so far up to the most that it is worth waiting for: early on
    // every call counts, later a few more cost nothing, and to bet seldom is to pay seldom for not knowing when a harm begins.
    private const long FewestCalls = 32;
    private const long MostCalls = 512;
    private const long FewestOfASide = 8;

    private readonly Capital _failures = new(CallBets.Failures.Select(bet => bet.Stake));
    private readonly Capital _latency = new(CallBets.Latency.Select(bet => bet.Stake));
    private readonly LatencyLevels _levels = new();
    private SideCalls _candidate = SideCalls.None;
    private SideCalls _baseline = SideCalls.None;
    private long _compared;

    /// <summary>The capital: half of it is bet on failures, half on latencies. 1 in the beginning.</summary>
    public double Capital { get; private set; } = 1;

    /// <summary>What the bets hold, by harm; the harm with the most first.</summary>
    public IEnumerable<(string Harm, double Held)> Held =>
        CallBets.Failures.Zip(_failures.Held).Concat(CallBets.Latency.Zip(_latency.Held))
            .GroupBy(one => one.First.Harm)
            .Select(bets => (Harm: bets.Key, Held: bets.Sum(one => one.Second) / 2))
            .OrderByDescending(one => one.Held);

    /// <summary>Takes calls in that the stable version took before there was a candidate: to know what is slow here.</summary>
    /// <param name="baseline">The calls.</param>
    public void Learn(SideCalls baseline) => _levels.Learn(baseline.Latency);

    /// <summary>Takes in the calls of one more stretch of time, the same one on both sides.</summary>
    /// <param name="candidate">The candidate's.</param>
    /// <param name="baseline">The baseline's.</param>
    public void Add(SideCalls candidate, SideCalls baseline)
    {
        _candidate = _candidate.And(candidate);
        _baseline = _baseline.And(baseline);
        var calls = _candidate.Calls + _baseline.Calls;
        if (IsEnoughOfEach && calls >= Math.Clamp((_compared + calls) / 16, FewestCalls, MostCalls))
        {
            Settle();
        }
    }

    /// <summary>
    /// Ends the block that is being gathered, because the calls are split otherwise from here on: in one block they would not
    /// be exchangeable any more, where load and latencies changed with the split. What is too little is passed over.
    /// </summary>
    public void Cut()
    {
        if (IsEnoughOfEach)
        {
            Settle();
        }

        (_candidate, _baseline) = (SideCalls.None, SideCalls.None);
    }

    private bool IsEnoughOfEach => Math.Min(_candidate.Calls, _baseline.Calls) >= FewestOfASide;

    private void Settle()
    {
        _compared += _candidate.Calls + _baseline.Calls;
        Settle(_failures, CallBets.Failures, new Block([_candidate.Answered, _candidate.Failures], [_baseline.Answered, _baseline.Failures]));
        Settle(_latency, CallBets.Latency, _levels.Sort(_candidate.Latency, _baseline.Latency));
        Capital = (_failures.Now + _latency.Now) / 2;
        (_candidate, _baseline) = (SideCalls.None, SideCalls.None);
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
}
