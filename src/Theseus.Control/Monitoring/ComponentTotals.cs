using Theseus.Control.Analysis;

namespace Theseus.Control.Monitoring;

/// <summary>
/// The calls of each component's releases and methods over all nodes, from when they were first looked at. Counts only grow
/// for as long as a release is on some node. Bounded. Thread-safe.
/// </summary>
internal sealed class ComponentTotals
{
    private const int Most = 2000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Component, string Version, string Method), SideCalls> _totals = [];

    public void Add(string component, string version, string method, SideCalls calls)
    {
        lock (_lock)
        {
            if (_totals.TryGetValue((component, version, method), out var before))
            {
                _totals[(component, version, method)] = before.And(calls);
            }
            else if (_totals.Count < Most)
            {
                _totals.Add((component, version, method), calls);
            }
        }
    }

    /// <summary>Forgets the releases that no node tells of any more.</summary>
    public void Forget(HashSet<(string Component, string Version)> known)
    {
        lock (_lock)
        {
            foreach (var gone in _totals.Keys.Where(one => !known.Contains((one.Component, one.Version))).ToList())
            {
                _totals.Remove(gone);
            }
        }
    }

    /// <summary>All of them, by component, release and method.</summary>
    public IReadOnlyList<(string Component, string Version, string Method, SideCalls Calls)> Read()
    {
        lock (_lock)
        {
            return
            [
                .. _totals.Select(one => (one.Key.Component, one.Key.Version, one.Key.Method, one.Value))
                    .OrderBy(one => one.Component, StringComparer.Ordinal).ThenBy(one => one.Version, StringComparer.Ordinal).ThenBy(one => one.Method, StringComparer.Ordinal),
            ];
        }
    }
}
