using Microsoft.Extensions.Logging;
using Theseus.Packaging;
using Theseus.Runtime.Loading;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>What a slot's controller is told of its component and its host. Immutable.</summary>
internal sealed record SlotSetup
{
    public required string Component { get; init; }

    public required Type Contract { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The component's own way of loading, where a swap does not say otherwise.</summary>
    public required LoadingMode Loading { get; init; }

    /// <summary>Walks the heap when a generation has not gone by its deadline; null where nobody has asked for that.</summary>
    public HeapWalker? WalkWhenStuck { get; init; }

    /// <summary>Where states are kept that were handed over; null for nowhere.</summary>
    public SnapshotFolder? Snapshots { get; init; }

    /// <summary>Makes a release's component. Called on a thread of its own, one call at a time.</summary>
    public Func<LoadRequest, LoadedComponent> Load { get; init; } = ComponentLoader.Load;

    /// <summary>Verifies a release again, every byte of it, in the host's store. Returns what is wrong with it; null for nothing.</summary>
    public required Func<VerifiedRelease, CancellationToken, Task<string?>> FaultsOfAsync { get; init; }

    /// <summary>What a generation gets of its host: given the manifest, the settings that it is run with, and where faults of background work are to go.</summary>
    public required Func<ReleaseManifest, string?, Action<string, Exception>, ComponentSurroundings> SurroundingsFor { get; init; }
}
