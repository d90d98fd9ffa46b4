namespace Theseus;

/// <summary>Implemented by a component that has to be started before its first call or stopped after its last.</summary>
public interface IComponentLifecycle
{
    /// <summary>Called once, after construction and before any other call. A generation whose start fails or passes its deadline never gets a call.</summary>
    /// <param name="cancellationToken">Cancelled when the deadline for starting has passed.</param>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>Called once, when no call is in flight and none will come. Release what would keep the old code alive: threads, timers, registrations, handlers of static events.</summary>
    /// <param name="cancellationToken">Cancelled when the deadline for stopping has passed.</param>
    ValueTask StopAsync(CancellationToken cancellationToken);
}
