using Theseus.Control.Analysis;
using Theseus.Control.Distribution;

namespace Theseus.Control.Upgrades;

/// <summary>How a control plane shares its upgrades with others on the same store. Immutable.</summary>
/// <param name="Leases">Who drives which.</param>
/// <param name="Owner">This control plane's name: the same after each of its starts, and no other's.</param>
/// <param name="Changes">Wakes it when another has changed something.</param>
public sealed record UpgradeDriving(IDrivingLeases Leases, string Owner, IStoreChanges Changes)
{
    /// <summary>Which nodes can be counted on; null, the default, where that is not watched: then deadlines alone decide.</summary>
    public INodeDirectory? Nodes { get; init; }

    /// <summary>Where what upgrades are judged by is kept; null, the default, for in memory alone: whoever takes one over then begins anew.</summary>
    public IEvidenceStore? Evidence { get; init; }

    /// <summary>Who reads the metrics that waves are judged by beside the calls; null, the default, for nobody: those that are asked for are not seen then.</summary>
    public WaveMetrics? Metrics { get; init; }
}

/// <summary>Tells that somebody else has changed something in the store. May fail to tell: it wakes, and decides nothing. Thread-safe.</summary>
public interface IStoreChanges
{
    /// <summary>Listens until it is cancelled.</summary>
    /// <param name="onChanged">Called after each change that another control plane has made, and whenever some may have been missed: has to return soon.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ListenAsync(Action onChanged, CancellationToken cancellationToken);
}
