namespace Theseus.Samples;

/// <summary>Lets each client have a number of permits per window of time, and remembers how many it ever gave.</summary>
[Contract]
public interface IRateLimiter
{
    /// <summary>Takes permits for a client, all or none.</summary>
    /// <param name="client">The client.</param>
    /// <param name="permits">How many; 1 or more.</param>
    RateDecision TryAcquire([RoutingKey] string client, int permits);

    /// <summary>How many permits were ever granted, to all clients.</summary>
    [Idempotent]
    long TotalGranted();

    /// <summary>How many permits were ever granted, by client. A copy.</summary>
    [Idempotent]
    IReadOnlyDictionary<string, long> Snapshot();
}

/// <summary>What a rate limiter decided.</summary>
/// <param name="Granted">Whether the permits were given.</param>
/// <param name="Remaining">How many the client has left in this window.</param>
/// <param name="RetryAfter">When to ask again; zero if they were given.</param>
public readonly record struct RateDecision(bool Granted, int Remaining, TimeSpan RetryAfter);
