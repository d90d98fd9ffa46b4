using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Control.Tests.Distribution;

public sealed class PlacementLaws
{
    [Fact]
    public void ANodeHasToHaveTheHandlerTheNameAndAllTheLabels()
    {
        NodeStatus[] nodes = [Node("n1"), Node("n2", labels: [("zone", "a"), ("gpu", "yes")]), Node("n3", kinds: ["other"])];

        Assert.Equal("n3", Place(nodes, "other", new()));
        Assert.Equal("n2", Place(nodes, "k", new() { Labels = new Dictionary<string, string> { ["zone"] = "a", ["gpu"] = "yes" } }));
        Assert.Null(Place(nodes, "k", new() { Labels = new Dictionary<string, string> { ["zone"] = "b" } }));
        Assert.Null(Place(nodes, "k", new() { Nodes = ["n3", "n4"] }));
        Assert.Equal("n1", Place(nodes, "k", new() { Nodes = ["n1"] }));
        Assert.Null(Place(nodes, "unknown", new()));
    }

    [Fact]
    public void TheNodeWhosePlacesAreTakenUpLeastIsChosenUntilAllAreFull()
    {
        var placer = Placer([Node("small", slots: 2), Node("large", slots: 4)], new() { ["large"] = 1 });

        Assert.Equal(5, placer.Free("k", new()));
        Assert.Equal(["small", "large", "small", "large", "large", null], Enumerable.Range(0, 6).Select(_ => placer.Place("k", new(), null)?.Name));
    }

    [Fact]
    public void TheOverallLimitCountsNodesThatAreNotOpenToo()
    {
        var placer = new TaskPlacer([new PlacementNode(Node("n1"), 10)], new Dictionary<string, int> { ["gone"] = 3 }, most: 4);

        Assert.Equal(1, placer.Free("k", new()));
        Assert.NotNull(placer.Place("k", new(), null));
        Assert.Null(placer.Place("k", new(), null));
    }

    [Fact]
    public void AGroupIsSpreadOverFailureDomainsBeforePlacesAreLookedAt()
    {
        NodeStatus[] nodes = [Node("a1", domain: "a", slots: 9), Node("a2", domain: "a", slots: 9), Node("b1", domain: "b", slots: 2)];
        var placer = Placer(nodes);
        TaskPlacement spread = new() { SpreadGroup = "g" };
        placer.Note("g", "a1", 1);

        Assert.Equal(["b", "b", "a", "a"], Enumerable.Range(0, 4).Select(_ => placer.Place("k", spread, null)!.Report!.FailureDomain).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal("a1", Placer(nodes).Place("k", new() { SpreadGroup = "other" }, null)!.Name);
    }

    [Fact]
    public void TheNodeOfTheLastAttemptIsChosenOnlyWhenNoOtherCanBe()
    {
        Assert.Equal("n2", Placer([Node("n1"), Node("n2", slots: 100)], new() { ["n2"] = 90 }).Place("k", new(), "n1")!.Name);
        Assert.Equal("n1", Placer([Node("n1")]).Place("k", new(), "n1")!.Name);
    }

    [Fact]
    public void OnlyNodesThatAreOpenAreGivenAnythingAndNoMoreThanTheLimitPerNode()
    {
        NodeStatus[] nodes = [Node("n1"), Node("n2") with { State = NodeState.Suspect }, Node("n3") with { IsDraining = true }, Node("n4") with { State = NodeState.Lost }, Node("n5", slots: 0)];
        var chooser = new TaskChooser(nodes, "", new TaskDistributorOptions { MostPerNode = 2 }, default);

        chooser.Pick(new Dictionary<string, int>(), [new TaskLane("k", "k", new())]);
        var chosen = chooser.Choose([.. Enumerable.Range(0, 9).Select(i => new DistributedTask { Id = $"t{i}", Request = new() { Kind = "k", RequestedBy = "o" }, RequestedAt = default, ExpiresAt = DateTimeOffset.MaxValue })], []);

        Assert.Equal([("t0", "n1"), ("t1", "n1")], chosen.Select(task => (task.Id, task.Node!)));
        Assert.False(new TaskChooser([.. nodes.Skip(1)], "", new(), default).HasNodes);
    }

    [Fact]
    public void WhatNobodyCouldDoIsRefusedWithTheReasonAndWhatThereIs()
    {
        NodeStatus[] nodes = [Node("n1"), Node("n2") with { State = NodeState.Lost }];

        Assert.Equal(TaskRefusal.NoNodes, Refused([Node("n2") with { State = NodeState.Lost }], new()).Refusal);
        Assert.Contains("Gone are: n2", Refused([Node("n2") with { State = NodeState.Lost }], new()).Message, StringComparison.Ordinal);
        Assert.Contains("zone=b", Refused(nodes, new() { Labels = new Dictionary<string, string> { ["zone"] = "b" } }).Message, StringComparison.Ordinal);
        Assert.Contains("There are: n1", Refused(nodes, new() { Nodes = ["n9"] }).Message, StringComparison.Ordinal);
        Assert.Equal(TaskRefusal.NoFittingNode, Refused(nodes, new() { Nodes = ["n2"], WhenGone = WhenNodesAreGone.End }).Refusal);
        // Whoever waits for a node may be asked for while it is away.
        TaskAdmission.ThrowIfNobodyCould([Ask("k", new() { Nodes = ["n2"] })], nodes);
        TaskAdmission.ThrowIfNobodyCould([Ask("k", new())], nodes);
    }

    [Fact]
    public void LanesAreTheSameForTheSamePlacesAndOtherwiseNot()
    {
        TaskPlacement[] different =
        [
            new(),
            new() { Nodes = ["a"] },
            new() { Nodes = ["a"], WhenGone = WhenNodesAreGone.End },
            new() { Nodes = ["a n1:b"] },
            new() { Nodes = ["a", "b"] },
            new() { Labels = new Dictionary<string, string> { ["a"] = "b" } },
            new() { Labels = new Dictionary<string, string> { ["a"] = "b l1:c 1:d" } },
            new() { Labels = new Dictionary<string, string> { ["a"] = "b", ["c"] = "d" } },
            new() { Nodes = [new string('x', 200)] },
            new() { Nodes = [new string('x', 199) + "y"] },
        ];

        Assert.Equal(different.Length, different.Select(placement => TaskLanes.Of(Ask("k", placement))).Distinct().Count());
        Assert.Equal(TaskLanes.Of(Ask("k", new() { Nodes = ["a", "b"], SpreadGroup = "g" })), TaskLanes.Of(Ask("k", new() { Nodes = ["b", "a"] })));
        Assert.NotEqual(TaskLanes.Of(Ask("k", new())), TaskLanes.Of(Ask("l", new())));
    }

    private static TaskRefusedException Refused(NodeStatus[] nodes, TaskPlacement placement) =>
        Assert.Throws<TaskRefusedException>(() => TaskAdmission.ThrowIfNobodyCould([Ask("k", placement)], nodes));

    private static TaskRequest Ask(string kind, TaskPlacement placement) => new() { Kind = kind, RequestedBy = "operator", Placement = placement };

    private static string? Place(NodeStatus[] nodes, string kind, TaskPlacement placement) => Placer(nodes).Place(kind, placement, null)?.Name;

    private static TaskPlacer Placer(NodeStatus[] nodes, Dictionary<string, int>? taken = null) =>
        new([.. nodes.Select(node => new PlacementNode(node, node.Report!.TaskSlots))], taken ?? [], most: 1_000);

    private static NodeStatus Node(string name, string domain = "", int slots = 10, string[]? kinds = null, (string, string)[]? labels = null) => new()
    {
        Name = name,
        State = NodeState.Alive,
        HeardAt = default,
        Report = new NodeReport
        {
            Node = name,
            Incarnation = "i",
            StartedAt = default,
            Sequence = 1,
            FailureDomain = domain,
            Labels = (labels ?? []).ToDictionary(label => label.Item1, label => label.Item2),
            TaskKinds = kinds ?? ["k"],
            TaskSlots = slots,
            Components = [],
        },
    };
}
