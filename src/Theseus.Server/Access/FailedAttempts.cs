using System.Net;
using System.Threading.RateLimiting;

namespace Theseus.Server.Access;

/// <summary>How many wrong tokens an address may send in a minute. Thread-safe.</summary>
internal sealed class FailedAttempts(TheseusApiOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = options.FailedAttemptsPerMinute,
            Window = TimeSpan.FromMinutes(1),
        }));

    /// <summary>Notes one.</summary>
    /// <param name="address">Where it came from; null for not told.</param>
    /// <returns>Whether that many are allowed.</returns>
    public bool TryNote(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(address ?? IPAddress.None);
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
