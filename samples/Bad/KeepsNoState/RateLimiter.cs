namespace Theseus.Samples.Bad;

[Component("rate-limiter", typeof(IRateLimiter))]
public sealed class RateLimiter : IRateLimiter
{
    public RateDecision TryAcquire(string client, int permits) => new(true, int.MaxValue, TimeSpan.Zero);

    public long TotalGranted() => 0;

    public IReadOnlyDictionary<string, long> Snapshot() => new Dictionary<string, long>();
}
