using System.Net;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Tests;

/// <summary>What is settled for components over HTTP.</summary>
public sealed class ComponentCallLaws
{
    private const string ToTwo = """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Immediate", "needsApproval": true }""";

    [Fact]
    public async Task WhatAnOperatorSetsIsOnRecordUnderTheTokensNameAndSurvivesRestartsAndDiscovery()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");

        using var answer = await anna.PatchAsync("/components/markdown", """{ "criticality": "high", "labels": { "team": "web", "tier": "1" }, "pinned": "[1.0.0, 2.0.0)", "block": ["[1.5.0]"], "why": "it sells" }""");
        var set = await answer.AsAsync<ComponentDescriptor>(HttpStatusCode.OK);
        using var second = await anna.PatchAsync("/components/markdown", """{ "labels": { "tier": null }, "isHotSwappable": false }""");
        await second.AsAsync<ComponentDescriptor>(HttpStatusCode.OK);
        await server.RestartAsync();
        // The node has reported again, and the registry was brought up to what it says.
        await server.UntilAsync(() => server.Server.ControlPlane.Upgrades.GetNodesAsync(CancellationToken.None).GetAwaiter().GetResult().Count == 1);

        Assert.Equal((Criticality.High, true), (set.Criticality, set.IsHotSwappable));
        var now = server.Server.ControlPlane.Components.Find("markdown")!;
        Assert.Equal((Criticality.High, false), (now.Criticality, now.IsHotSwappable));
        Assert.Equal(new Dictionary<string, string> { ["team"] = "web" }, now.Labels);
        Assert.Equal("[1.0.0, 2.0.0)", now.Pinned!.ToNormalizedString());
        Assert.Equal("[1.5.0, 1.5.0]", Assert.Single(now.Blocked).ToNormalizedString());
        var record = await server.Server.ControlPlane.Audit.ReadAsync(null, 10, "component markdown", CancellationToken.None);
        Assert.Equal(["anna", "anna"], record.Select(one => one.Entry.Who));
        Assert.Equal(("Medium; held to no versions; nothing blocked; no label team; no label tier", "it sells"), (record[1].Entry.From, record[1].Entry.Why));
        Assert.Empty((await server.Server.ControlPlane.Audit.VerifyAsync(null, CancellationToken.None)).Problems);
    }

    [Fact]
    public async Task APinABlockAndWhatMustNotBeSwappedHoldUpgradesUntilTheyAreLifted()
    {
        await using var server = await RunningServer.StartWithNodeAsync();

        foreach (var (hold, lift, place) in new[]
        {
            ("""{ "pinned": "[1.0.0]" }""", """{ "pinned": null }""", "component: pinned"),
            ("""{ "block": ["[2.0.0, 3.0.0)"] }""", """{ "unblock": ["[2.0.0,3.0.0)"] }""", "component: blocked"),
            ("""{ "isHotSwappable": false }""", """{ "isHotSwappable": true }""", "component markdown"),
        })
        {
            using var held = await server.Admin.PatchAsync("/components/markdown", hold);
            await held.AsAsync<ComponentDescriptor>(HttpStatusCode.OK);
            using var refused = await server.Admin.PostAsync("/upgrades", ToTwo);
            Assert.Contains(place, (await refused.AsProblemAsync(ErrorCode.NotPossible)).Detail);
            using var lifted = await server.Admin.PatchAsync("/components/markdown", lift);
            await lifted.AsAsync<ComponentDescriptor>(HttpStatusCode.OK);
        }

        using var begun = await server.Admin.PostAsync("/upgrades", ToTwo);
        await begun.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task AllThatIsWrongIsToldAtOnceAndNothingIsChanged()
    {
        await using var server = await RunningServer.StartWithNodeAsync();

        using var form = await server.Admin.PatchAsync("/components/markdown", """{ "criticality": "Dire", "labels": { "a": 1 }, "pinned": "1.0.0", "block": ["2.0.0", "[1.*]"], "currentVersion": "9.0.0", "isHotSwappable": "no" }""");
        using var rules = await server.Admin.PatchAsync("/components/markdown", """{ "criticality": "High", "labels": { "white space": "1", "a": "\u0007" } }""");

        Assert.Equal(
            ["block[0]", "block[1]", "criticality", "currentVersion", "isHotSwappable", "labels.a", "pinned"],
            (await form.AsProblemAsync(ErrorCode.InvalidRequest)).Errors.Select(one => one.At).Order(StringComparer.Ordinal));
        Assert.Equal(["labels", "labels.a"], (await rules.AsProblemAsync(ErrorCode.InvalidRequest)).Errors.Select(one => one.At));
        Assert.Equal(Criticality.Medium, server.Server.ControlPlane.Components.Find("markdown")!.Criticality);
        Assert.Empty((await server.Admin.ReadAsync<Page<AuditRecord>>("/audit?subject=component%20markdown")).Items);
    }

    [Fact]
    public async Task WhatIsSoAlreadyIsAnsweredAndNotPutOnRecordAgain()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var answer = await server.Admin.PatchAsync("/components/markdown", """{ "criticality": "Low", "labels": { "team": "web" } }""");
            Assert.Equal(Criticality.Low, (await answer.AsAsync<ComponentDescriptor>(HttpStatusCode.OK)).Criticality);
        }

        Assert.Single((await server.Admin.ReadAsync<Page<AuditRecord>>("/audit?subject=component%20markdown")).Items);
    }
}
