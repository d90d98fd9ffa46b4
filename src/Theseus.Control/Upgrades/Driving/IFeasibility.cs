namespace Theseus.Control.Upgrades;

/// <summary>What came of looking whether an upgrade is possible. Immutable.</summary>
public sealed record Feasibility
{
    /// <summary>Why not; empty when it is possible.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The kind of the problems: of several, the one without which nothing else can be looked at. Says nothing where there are none.</summary>
    public UpgradeRefusal Refusal { get; init; } = UpgradeRefusal.NotPossible;

    /// <summary>What else was found, in words.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>Why the moves cannot be taken back once they are confirmed, in words; empty when they can.</summary>
    public string Irreversible { get; init; } = "";

    /// <summary>The components' moves, what others depend on first.</summary>
    public IReadOnlyList<UpgradeMove> Moves { get; init; } = [];

    /// <summary>The nodes that have each component.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PlannedNode>> Nodes { get; init; } = new Dictionary<string, IReadOnlyList<PlannedNode>>();
}

/// <summary>Looks whether an upgrade is possible, and finds out what a plan needs to know. Thread-safe.</summary>
public interface IFeasibility
{
    /// <summary>Looks.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="nodes">The nodes' newest reports.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Feasibility> CheckAsync(UpgradeRequest request, IReadOnlyList<Theseus.Fleet.NodeReport> nodes, CancellationToken cancellationToken);
}
