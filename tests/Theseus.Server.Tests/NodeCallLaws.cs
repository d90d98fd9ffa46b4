using System.Net;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;

namespace Theseus.Server.Tests;

/// <summary>Nodes are shown, taken out of use, let in again and removed, by nothing but HTTP; and what operators ordered outlives the server.</summary>
public sealed class NodeCallLaws
{
    private const string ToTwo = """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Immediate" }""";

    [Fact]
    public async Task ANodeThatDrainsIsLeftOutOfPlansUntilItIsLetInAgain()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");
        Assert.Equal((NodeState.Alive, false), await StateAsync(anna));

        using var drained = await anna.PostAsync("/nodes/node1/drain", """{ "why": "new disks" }""");
        Assert.True((await drained.AsAsync<NodeStatus>(HttpStatusCode.OK)).IsDraining);
        using var refused = await anna.PostAsync("/upgrades/plan", ToTwo);
        var without = await refused.AsAsync<UpgradePlanView>(HttpStatusCode.OK);
        Assert.Null(without.Plan);
        Assert.Contains(without.Findings, finding => finding.Contains("'node1' is draining", StringComparison.Ordinal));
        var record = Assert.Single((await anna.ReadAsync<Page<AuditRecord>>("/audit?subject=node/node1")).Items).Entry;
        Assert.Equal(("anna", "open", "draining", "new disks"), (record.Who, record.From, record.To, record.Why));

        using var again = await anna.PostAsync("/nodes/node1/undrain", "{}");
        Assert.False((await again.AsAsync<NodeStatus>(HttpStatusCode.OK)).IsDraining);
        using var planned = await anna.PostAsync("/upgrades/plan", ToTwo);
        Assert.NotNull((await planned.AsAsync<UpgradePlanView>(HttpStatusCode.OK)).Plan);
    }

    [Fact]
    public async Task ANodeThatIsNamedAndDrainsIsAProblemThatSaysWhatToDo()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        using var drained = await server.Admin.PostAsync("/nodes/node1/drain", "{}");

        using var answer = await server.Admin.PostAsync("/upgrades", """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Immediate", "nodes": ["node1"] }""");

        Assert.Contains("Undrain it first", (await answer.AsProblemAsync(ErrorCode.NotPossible)).Detail);
    }

    [Fact]
    public async Task WhatWasOrderedOutlivesTheServer()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        using var drained = await server.Admin.PostAsync("/nodes/node1/drain", "{}");

        var token = await server.ClientAsync(AccessRole.Operator, "anna");
        var text = token.DefaultRequestHeaders.Authorization!.Parameter!;
        await server.RestartAsync();

        Assert.True((await StateAsync(server.Client(text))).IsDraining);
    }

    [Fact]
    public async Task ANodeThatIsCountedOnIsRemovedOnlyByForce()
    {
        await using var server = await RunningServer.StartWithNodeAsync();

        using var refused = await server.Admin.DeleteAsync("/api/v1/nodes/node1");
        await refused.AsProblemAsync(ErrorCode.NodeInUse);
        using var wrong = await server.Admin.DeleteAsync("/api/v1/nodes/node1?force=yes");
        await wrong.AsProblemAsync(ErrorCode.InvalidRequest);
        using var removed = await server.Admin.DeleteAsync("/api/v1/nodes/node1?force=true&why=sold");
        Assert.Equal("node1", (await removed.AsAsync<NodeStatus>(HttpStatusCode.OK)).Name);

        Assert.Empty((await server.Admin.ReadAsync<Page<NodeStatus>>("/nodes")).Items);
        Assert.Equal("sold", Assert.Single((await server.Admin.ReadAsync<Page<AuditRecord>>("/audit?subject=node/node1")).Items).Entry.Why);
    }

    private static async Task<(NodeState State, bool IsDraining)> StateAsync(HttpClient client)
    {
        var node = Assert.Single((await client.ReadAsync<Page<NodeStatus>>("/nodes")).Items);
        return (node.State, node.IsDraining);
    }
}
