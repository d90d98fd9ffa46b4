namespace Theseus;

/// <summary>Implemented by a component that can tell whether it is fit to be called.</summary>
public interface IComponentHealth
{
    /// <summary>Asked before the first call, and again while the generation is on trial. May be called at the same time as contract methods.</summary>
    /// <param name="cancellationToken">Cancelled when the deadline for the check has passed.</param>
    ValueTask<ComponentHealth> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>What a component says of its own fitness. The default value is healthy.</summary>
public readonly record struct ComponentHealth
{
    private readonly string? _reason;

    private ComponentHealth(string reason) => _reason = reason;

    /// <summary>Fit to be called.</summary>
    public static ComponentHealth Healthy => default;

    /// <summary>Not fit to be called.</summary>
    /// <param name="reason">Why, in words for an operator.</param>
    public static ComponentHealth Unhealthy(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new(reason);
    }

    /// <summary>Whether the component is fit to be called.</summary>
    public bool IsHealthy => _reason is null;

    /// <summary>Why it is not fit; null when it is.</summary>
    public string? Reason => _reason;
}
