using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>What is to be done next for an upgrade.</summary>
internal abstract record Decision
{
    /// <summary>Nothing, until a node reports or the given moment comes.</summary>
    /// <param name="Tasks">What nodes still have to be told, or told again.</param>
    /// <param name="Until">When to look again at the latest.</param>
    public sealed record Wait(IReadOnlyList<NodeTask> Tasks, DateTimeOffset Until) : Decision;

    /// <summary>Store the record that follows; then look again.</summary>
    /// <param name="Next">The record.</param>
    /// <param name="Why">Why, for the audit.</param>
    public sealed record Change(UpgradeRecord Next, string Why) : Decision;

    /// <summary>Have the wave judged; then decide by the verdict, or go on waiting.</summary>
    /// <param name="Evidence">What is seen.</param>
    /// <param name="Waiting">What to do if the verdict changes nothing.</param>
    public sealed record Judge(WaveEvidence Evidence, Wait Waiting) : Decision;
}
