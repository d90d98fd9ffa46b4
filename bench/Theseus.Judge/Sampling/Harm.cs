namespace Theseus.JudgeBench.Sampling;

/// <summary>A way in which a candidate is worse than what serves beside it: lognormal with a median of 10 ms, and 0.1 % errors.</summary>
/// <param name="Name">What it does, in words.</param>
/// <param name="Spoil">Makes the candidate's call of what the stable version's would have been.</param>
internal sealed record Harm(string Name, Func<Random, (double Nanoseconds, bool IsFailure), (double Nanoseconds, bool IsFailure)> Spoil)
{
    private const double Median = 10e6;
    private const double Spread = 0.5;

    // The 98th percentile: what lies above it takes twice as long, so that the 99th does, and the median stays.
    private static readonly double s_tail = Median * Math.Exp(Spread * 2.0537);

    /// <summary>The harms.</summary>
    public static IReadOnlyList<Harm> Kinds { get; } =
    [
        new("errors +1 point (0.1 % to 1.1 %)", (random, call) => (call.Nanoseconds, call.IsFailure || random.NextDouble() < 0.01)),
        new("p50 +5 % (all calls)", (_, call) => (call.Nanoseconds * 1.05, call.IsFailure)),
        new("p99 x2 (the slowest 2 %)", (_, call) => (call.Nanoseconds > s_tail ? call.Nanoseconds * 2 : call.Nanoseconds, call.IsFailure)),
        new("spread x2, equal median", (_, call) => (Median * Math.Pow(call.Nanoseconds / Median, 2), call.IsFailure)),
        new("7 of 10 calls x100 slow", (random, call) => (random.NextDouble() < 0.7 ? call.Nanoseconds * 100 : call.Nanoseconds, call.IsFailure)),
    ];

    /// <summary>The same without a harm.</summary>
    public static Harm None { get; } = new("none", (_, call) => call);

    /// <summary>A run: an endless row of calls.</summary>
    public IEnumerable<Call> Calls(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var call = (random.Lognormal(Median, Spread), random.NextDouble() < 0.001);
            var isCandidate = random.Next(2) == 0;
            var (nanoseconds, isFailure) = isCandidate ? Spoil(random, call) : call;
            yield return new Call(isCandidate, nanoseconds, isFailure);
        }
    }
}
