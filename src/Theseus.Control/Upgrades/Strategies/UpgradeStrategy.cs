namespace Theseus.Control.Upgrades;

/// <summary>How a plan is shaped.</summary>
public enum UpgradeStrategy
{
    /// <summary>All nodes, all traffic, at once; health decides.</summary>
    Immediate,

    /// <summary>Batches of nodes, each settled before the next.</summary>
    Rolling,

    /// <summary>Prepared everywhere, and only when all are ready switched everywhere; the old release stays warm for a while.</summary>
    BlueGreen,

    /// <summary>A few nodes or a small share of traffic first; then the rest.</summary>
    Canary,

    /// <summary>A growing share of traffic on all nodes.</summary>
    Gradual,
}
