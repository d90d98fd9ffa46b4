using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>What each node said last. Owned by one loop; not thread-safe.</summary>
internal sealed class FleetView
{
    private readonly Dictionary<string, NodeReport> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, string Component), ComponentReport> _components = [];

    /// <summary>The newest report of each node that has not left.</summary>
    public IReadOnlyCollection<NodeReport> Nodes => [.. _nodes.Values.Where(node => !node.IsLeaving)];

    /// <summary>
    /// Takes a report in, unless it is older than what is known: messages overtake each other, and a process that was replaced
    /// may still speak. Of two processes the one with the higher claim to the name counts, whatever their clocks say.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="isNewProcess">Whether it is the first word of a process.</param>
    /// <returns>Whether it was news.</returns>
    public bool Take(NodeReport report, out bool isNewProcess)
    {
        isNewProcess = true;
        if (_nodes.TryGetValue(report.Node, out var known))
        {
            var isOlder = known.Incarnation == report.Incarnation ? report.Sequence <= known.Sequence : report.Claim < known.Claim;
            if (isOlder)
            {
                return false;
            }

            isNewProcess = known.Incarnation != report.Incarnation;
            foreach (var gone in known.Components)
            {
                _components.Remove((report.Node, gone.Component));
            }
        }

        _nodes[report.Node] = report;
        foreach (var component in report.Components)
        {
            _components[(report.Node, component.Component)] = component;
        }

        return true;
    }

    /// <summary>The highest fence that any node has seen for one of some components; 0 where none has.</summary>
    public long HighestFence(IEnumerable<string> components)
    {
        var asked = components.ToHashSet(StringComparer.Ordinal);
        return _components.Where(one => asked.Contains(one.Key.Component)).Select(one => one.Value.Fence).DefaultIfEmpty().Max();
    }

    /// <summary>When a node that has left, or was removed, started; null for one that is there, or was never heard of.</summary>
    public DateTimeOffset? HasLeft(string node) => _nodes.GetValueOrDefault(node) is { IsLeaving: true } last ? last.StartedAt : null;

    /// <summary>A node's last report; null when it was not heard of.</summary>
    public NodeReport? FindNode(string node) => _nodes.GetValueOrDefault(node);

    /// <summary>A node's last word on a component; null when it was not heard of.</summary>
    public ComponentReport? Find(string node, string component) => _components.GetValueOrDefault((node, component));
}
