namespace Theseus;

/// <summary>
/// Implemented by a component that declares calls to warm it up with: they run, several times over, before a new
/// generation gets its first real call, since the first call of freshly loaded code pays for its compilation.
/// </summary>
/// <typeparam name="TContract">The component's contract.</typeparam>
public interface IWarmUp<TContract> where TContract : class
{
    /// <summary>The calls. They must be free of effects that matter: the generation may never go live.</summary>
    IEnumerable<WarmUpCall<TContract>> WarmUpCalls { get; }
}

/// <summary>One declared warm-up call.</summary>
/// <typeparam name="TContract">The component's contract.</typeparam>
/// <param name="Name">A name for reports.</param>
/// <param name="Call">Makes the call on the instance it is given.</param>
public sealed record WarmUpCall<TContract>(string Name, Func<TContract, CancellationToken, ValueTask> Call) where TContract : class;
