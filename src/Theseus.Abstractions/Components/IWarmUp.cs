namespace Theseus;

/// <summary>
/// Implemented by a component that declares calls to warm it up with: they run, several times over, before a new
/// generation gets its first real call, since the first call of freshly loaded code pays for its compilation. They run one
/// after the other and never at the same time, so they need not be thread-safe among themselves.
/// </summary>
/// <typeparam name="TContract">The component's contract.</typeparam>
public interface IWarmUp<TContract> where TContract : class
{
    /// <summary>
    /// The calls, 1000 at most. They must be free of effects that matter: the generation may never go live. Asked for once
    /// per generation, on a thread of its own, after it has started and before it is called; declaring all of them has the
    /// deadline of one call. What throws, hangs or goes on for ever fails the swap before its point of no return.
    /// </summary>
    IEnumerable<WarmUpCall<TContract>> WarmUpCalls { get; }
}

/// <summary>One declared warm-up call.</summary>
/// <typeparam name="TContract">The component's contract.</typeparam>
/// <param name="Name">A name for reports.</param>
/// <param name="Call">Makes the call on the instance it is given. Its token is cancelled when the call's deadline has passed.</param>
public sealed record WarmUpCall<TContract>(string Name, Func<TContract, CancellationToken, ValueTask> Call) where TContract : class;
