namespace Theseus.Control.Upgrades;

/// <summary>A node that an upgrade goes on without.</summary>
/// <param name="Node">The node.</param>
/// <param name="Since">When it was heard of last, by the control plane's clock.</param>
/// <param name="Why">Why, in words.</param>
public sealed record LeftOutNode(string Node, DateTimeOffset Since, string Why)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Node} {Why}";
}

/// <summary>A node that joined during an upgrade.</summary>
/// <param name="Node">The node.</param>
/// <param name="Component">The component that it has.</param>
public sealed record JoinedNode(string Node, string Component);
