using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>Looks at what the nodes have, when a test lets it: checks may take as long as the test wants.</summary>
internal sealed class GatedFeasibility : IFeasibility
{
    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource<string?>> _waiting = [];

    public async Task<Feasibility> CheckAsync(UpgradeRequest request, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken)
    {
        var gate = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add(gate);
        }

        if (await gate.Task.WaitAsync(cancellationToken) is { } problem)
        {
            return problem.Length == 0 ? throw new IOException("The feed is away.") : new Feasibility { Problems = [problem] };
        }

        var moves = new List<UpgradeMove>();
        foreach (var target in request.Targets)
        {
            var having = nodes.SelectMany(node => node.Components).Where(one => one.Component == target.Component).Select(one => one.Confirmed).Distinct().ToList();
            var to = Plane.Release(target.Version);
            if (having is not [{ } from] || from == to)
            {
                return new Feasibility { Problems = [$"{target.Component}: nothing leads from {string.Join(", ", having)} to {to}."] };
            }

            moves.Add(new UpgradeMove(target.Component, from, to));
        }

        return new Feasibility { Moves = moves, Nodes = moves.ToDictionary(move => move.Component, _ => (IReadOnlyList<PlannedNode>)[.. nodes.Select(node => new PlannedNode(node.Node, node.FailureDomain))]) };
    }

    /// <summary>Lets the checks that wait end.</summary>
    /// <param name="problem">What they find: null for nothing, empty for a check that breaks.</param>
    public void LetGo(string? problem)
    {
        List<TaskCompletionSource<string?>> waiting;
        lock (_lock)
        {
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        waiting.ForEach(one => one.SetResult(problem));    }
}
