namespace Theseus.JudgeBench.Sampling;

/// <summary>Traffic on two versions that are the same: each call is as long, and fails or not, whichever side takes it.</summary>
/// <param name="Name">What it is like, in words.</param>
/// <param name="Begin">Begins a run of it.</param>
internal sealed record Traffic(string Name, Func<Random, Func<int, (double Nanoseconds, bool IsFailure)>> Begin)
{
    private const double Millisecond = 1e6;

    /// <summary>Calls a day has, in the traffic that is shaped like one: two of them in ten thousand calls.</summary>
    private const double CallsADay = 5000;

    /// <summary>The kinds of traffic that the issue of repeated looks is tried with.</summary>
    public static IReadOnlyList<Traffic> Kinds { get; } =
    [
        new("lognormal, 0.1 % errors", random => _ => (random.Lognormal(10 * Millisecond, 0.5), random.NextDouble() < 0.001)),
        new("Pareto tail (1.5: no variance), 0.1 % errors", random => _ => (random.Pareto(Millisecond, 1.5), random.NextDouble() < 0.001)),
        new("bimodal: hits at 1 ms, misses at 50 ms, 0.1 % errors", random => _ =>
            (random.NextDouble() < 0.8 ? random.Lognormal(Millisecond, 0.2) : random.Lognormal(50 * Millisecond, 0.3), random.NextDouble() < 0.001)),
        new("bursty: each call like the one before it, jams of eight times the length and 10 % errors", Bursty),
        new("day-shaped: median from 2 to 18 ms and errors from 0 to 0.2 %, and back, every 5,000 calls", random => call =>
        {
            var tide = Math.Sin(2 * Math.PI * call / CallsADay);
            return (random.Lognormal(10 * Millisecond * (1 + 0.8 * tide), 0.4), random.NextDouble() < 0.001 * (1 + tide));
        }),
        new("lognormal, 0.01 % errors", random => _ => (random.Lognormal(10 * Millisecond, 0.5), random.NextDouble() < 0.0001)),
    ];

    private static Func<int, (double, bool)> Bursty(Random random)
    {
        double drift = 0;
        var isJammed = false;
        return _ =>
        {
            drift = 0.99 * drift + 0.14 * random.Normal();
            isJammed ^= random.NextDouble() < (isJammed ? 0.02 : 0.002);
            return (10 * Millisecond * Math.Exp(0.7 * drift + 0.2 * random.Normal()) * (isJammed ? 8 : 1), random.NextDouble() < (isJammed ? 0.1 : 0.0005));
        };
    }

    /// <summary>A run of it: an endless row of calls.</summary>
    public IEnumerable<Call> Calls(int seed)
    {
        var random = new Random(seed);
        var next = Begin(random);
        for (var call = 0; ; call++)
        {
            var (nanoseconds, isFailure) = next(call);
            yield return new Call(random.Next(2) == 0, nanoseconds, isFailure);
        }
    }
}
