using Theseus.Fleet;

namespace Theseus.Runtime.Nodes;

/// <summary>What a node agent does to its host. Each call leads to a state, so that to ask twice does no harm. Thread-safe.</summary>
internal interface INodeEngine
{
    /// <summary>The components' names.</summary>
    IReadOnlyCollection<string> Components { get; }

    /// <summary>What the host's process is like now; null where nobody looks.</summary>
    ProcessMetrics? ReadProcess() => null;

    /// <summary>Tells how a component stands.</summary>
    ComponentReport Describe(string component);

    /// <summary>Makes a release ready beside the one that serves.</summary>
    Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken);

    /// <summary>Sends a share of the calls to a release, and keeps it so until <see cref="ConfirmAsync"/> or <see cref="RevertAsync"/>. Completes when callers are on it.</summary>
    /// <param name="component">The component.</param>
    /// <param name="release">The release.</param>
    /// <param name="share">Its share of the calls.</param>
    /// <param name="shadowFraction">The share of calls that are copied to it.</param>
    /// <param name="state">Which state it begins with, and the name of the one that is kept.</param>
    /// <param name="holdAtMost">How long it stays so without a further word.</param>
    /// <param name="onLost">Told when the trial ends without an order: by its own rules, or for want of one.</param>
    /// <param name="cancellationToken">Gives up, and takes the release back.</param>
    Task<EngineAnswer> ActivateAsync(
        string component, ReleaseId release, double share, double shadowFraction, StateChoice state, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken);

    /// <summary>Makes a release the confirmed one, whatever it was before.</summary>
    Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken);

    /// <summary>Serves with the release that was before, and with nothing of the other.</summary>
    Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken);

    /// <summary>Waits until nothing is left of old generations.</summary>
    Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken);

    /// <summary>Asks the component for its health.</summary>
    Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken);
}

/// <summary>Which state a release begins with where its state moves.</summary>
/// <param name="Keep">The name under which the state is kept that the release before has now.</param>
/// <param name="Restore">The name of the kept state that it begins with; empty for the state of now.</param>
internal sealed record StateChoice(string Keep, string Restore);

/// <summary>What came of asking the host for something.</summary>
/// <param name="Succeeded">Whether the state that was asked for is reached.</param>
/// <param name="Reason">The reason's name; empty when it is.</param>
/// <param name="Detail">The reason in words.</param>
internal sealed record EngineAnswer(bool Succeeded, string Reason, string Detail)
{
    public static EngineAnswer Done { get; } = new(true, "", "");

    public static EngineAnswer Failed(string reason, string detail) => new(false, reason, detail);
}
