using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Distribution;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Control.Tests.Distribution;

/// <summary>A membership with SQLite, a clock and nodes that a test moves.</summary>
internal sealed class Fleet : IDisposable
{
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly Dictionary<string, long> _sequences = [];

    public ManualTimeProvider Time { get; } = new();

    public MembershipOptions Options { get; } = new();

    public FleetMembership Members { get; private set; } = null!;

    /// <summary>What was told of, in order.</summary>
    public List<(string Node, NodeState State)> Told { get; } = [];

    public static async Task<Fleet> StartAsync(params string[] nodes)
    {
        var fleet = new Fleet();
        await fleet.RestartAsync();
        foreach (var node in nodes)
        {
            await fleet.SayAsync(node);
        }

        fleet.Told.Clear();
        return fleet;
    }

    /// <summary>The control plane starts, on what it left.</summary>
    public async Task RestartAsync()
    {
        Members = await FleetMembership.OpenAsync(new SqliteNodeStore(_database), new InProcessChannel(), Options, Time, NullLogger<FleetMembership>.Instance, default);
        Members.Changed += node => Told.Add((node.Name, node.State));
    }

    public Task<bool> SayAsync(string node, Func<NodeReport, NodeReport>? change = null)
    {
        var sequence = _sequences[node] = _sequences.GetValueOrDefault(node) + 1;
        var report = new NodeReport
        {
            Node = node,
            Incarnation = $"{node}-1",
            // Nodes' clocks are wrong by years.
            StartedAt = DateTimeOffset.MaxValue,
            Sequence = sequence,
            Heartbeat = TimeSpan.FromSeconds(2),
            Components = [],
        };
        return Members.TakeAsync(change?.Invoke(report) ?? report, default);
    }

    /// <summary>Lets time pass, with a look at every half second, in which some nodes go on reporting.</summary>
    public async Task PassAsync(double seconds, params string[] reporting)
    {
        for (var step = 0; step < seconds * 2; step++)
        {
            Time.Advance(TimeSpan.FromSeconds(0.5));
            foreach (var node in reporting)
            {
                await SayAsync(node);
            }

            await Members.LookAsync(default);
        }
    }

    public NodeState StateOf(string node) => Members.Find(node)!.State;

    public void Dispose() => _database.Dispose();
}
