namespace Theseus.Control.Analysis;

/// <summary>
/// What is bet on for every method. None of the figures is about what is true if the versions are the same; they only say
/// which harms are seen soonest.
/// </summary>
internal static class CallBets
{
    /// <summary>Where the levels of latencies end, as shares of all calls so far. What is above the last is a level of its own.</summary>
    public static readonly double[] LevelEnds = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0.95, 0.99, 0.998];

    /// <summary>Bets on failures; the levels are answered and failed.</summary>
    public static readonly Bet[] Failures = [.. Even("fails more often", [2, 8, 60], odds => [0, Math.Log(odds)], 1)];

    /// <summary>
    /// Bets on latencies. All over: a weight that grows evenly with the rank, which is the score of Wilcoxon (1945), and so as
    /// keen on a shift as the test of Mann and Whitney. In the tail: more calls above one of the upper ends, whatever the
    /// rest does, which is what a spread, a bimodal or a rare slowness shows in.
    /// </summary>
    public static readonly Bet[] Latency =
    [
        .. Even("is slower all over", [0.35, 1, 3, 9], keenness => [.. Ranks().Select(rank => keenness * rank)], 0.4),
        .. Tail(7, [2, 8], 0.12),
        .. Tail(8, [3, 20], 0.12),
        .. Tail(9, [3, 30], 0.12),
        .. Tail(10, [30], 0.24),
    ];

    private static IEnumerable<Bet> Tail(int from, double[] odds, double stake) =>
        Even(
            FormattableString.Invariant($"has more calls beyond the slowest {100 * (1 - LevelEnds[from - 1]):0.##} %"),
            odds,
            times => [.. Enumerable.Range(0, LevelEnds.Length + 1).Select(level => level >= from ? Math.Log(times) : 0)],
            stake);

    private static IEnumerable<Bet> Even(string harm, double[] sizes, Func<double, double[]> weights, double stake) =>
        sizes.Select(size => new Bet(harm, weights(size), stake / sizes.Length));

    /// <summary>The middle of each level, as a rank from 0 to 1.</summary>
    private static IEnumerable<double> Ranks() =>
        Enumerable.Range(0, LevelEnds.Length + 1).Select(level => ((level == 0 ? 0 : LevelEnds[level - 1]) + (level == LevelEnds.Length ? 1 : LevelEnds[level])) / 2);
}
