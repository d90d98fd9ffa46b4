using System.Net;
using System.Text.Json;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Tests;

/// <summary>Upgrades that reach a node, by nothing but HTTP.</summary>
public sealed class FleetCallLaws
{
    private const string ToTwo = """
        { "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Immediate", "parameters": { "observe": "0s", "whenInconclusive": "GoOn" }, "needsApproval": true }
        """;

    [Fact]
    public async Task AnUpgradeIsPlannedApprovedFollowedToItsEndAndTakenBack()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");
        var bert = await server.ClientAsync(AccessRole.Approver, "bert");

        // What there is.
        Assert.Equal("1.0.0", (await anna.ReadAsync<ComponentDescriptor>("/components/markdown")).CurrentVersion?.ToNormalizedString());
        var releases = (await anna.ReadAsync<ReleasePage>("/releases/markdown")).Items.Select(one => one.Version).ToList();
        Assert.True(releases.IndexOf("2.0.0") < releases.IndexOf("1.0.0") && releases.Contains("2.0.0"), string.Join(" ", releases));
        var first = await anna.ReadAsync<ReleasePage>("/releases/markdown?count=1");
        Assert.Equal(releases[..2], [first.Items.Single().Version, (await anna.ReadAsync<ReleasePage>(first.Next!)).Items.Single().Version]);
        Assert.Equal("node1", Assert.Single((await anna.ReadAsync<Page<NodeStatus>>("/nodes")).Items).Name);

        // What it would be.
        using var planned = await anna.PostAsync("/upgrades/plan", ToTwo);
        var plan = await planned.AsAsync<UpgradePlanView>(HttpStatusCode.OK);
        Assert.True(plan.Plan is not null, string.Join(" ", plan.Problems));
        Assert.Contains("node1", plan.Text);

        // Asked for, and approved by someone else, who has seen that plan.
        using var started = await anna.PostAsync("/upgrades", ToTwo);
        var id = (await started.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted)).Id;
        await using var events = await EventReader.OpenAsync(anna, $"/upgrades/{id}/events");
        var waiting = await UntilAsync(events, one => one.State == UpgradeState.AwaitingApproval);
        Assert.Equal(plan.Plan.Digest, waiting.Plan!.Digest);
        using var raw = JsonDocument.Parse(await anna.GetStringAsync($"/api/v1/upgrades/{id}"));
        Assert.Equal(plan.Plan.Digest, raw.RootElement.GetProperty("plan").GetProperty("digest").GetString());
        using var own = await (await server.ClientAsync(AccessRole.Admin, "anna")).PostAsync($"/upgrades/{id}/approve", $$"""{ "digest": "{{plan.Plan.Digest}}" }""");
        await own.AsProblemAsync(ErrorCode.OwnRequest);
        using var other = await bert.PostAsync($"/upgrades/{id}/approve", """{ "digest": "00" }""");
        await other.AsProblemAsync(ErrorCode.PlanChanged);
        using var approved = await bert.PostAsync($"/upgrades/{id}/approve", $$"""{ "digest": "{{plan.Plan.Digest}}", "why": "looks good" }""");
        await approved.AsAsync<UpgradeRecord>(HttpStatusCode.OK);

        // Followed to its end, after which the stream ends too.
        var ended = await UntilAsync(events, one => one.HasEnded);
        Assert.True(ended.State == UpgradeState.Completed, $"{ended.State}: {ended.Detail}");
        Assert.Null(await events.NextAsync<UpgradeRecord>("upgrade"));
        using var nothingNew = await EventReader.TryOpenAsync(anna, $"/upgrades/{id}/events", ended.Revision.ToString());
        Assert.Equal(HttpStatusCode.NoContent, nothingNew.StatusCode);
        await using var again = await EventReader.OpenAsync(anna, $"/upgrades/{id}/events");
        Assert.Equal(ended.Revision, (await again.NextAsync<UpgradeRecord>("upgrade"))!.Value.Id);
        Assert.Null(await again.NextAsync<UpgradeRecord>("upgrade"));

        // Where it ended, orders make no sense, but to take it back.
        using var late = await anna.PostAsync($"/upgrades/{id}/pause", "{}");
        await late.AsProblemAsync(ErrorCode.WrongState);
        var point = Assert.Single((await anna.ReadAsync<Page<RollbackOffer>>("/rollback-points?component=markdown")).Items);
        Assert.Equal((id, ""), (point.Point.Upgrade, point.WhyNot));
        using var taken = await anna.PostAsync("/emergency-rollback", """{ "components": ["markdown"], "why": "regret" }""");
        var outcome = Assert.Single((await taken.AsAsync<EmergencyView>(HttpStatusCode.OK)).Outcomes);
        Assert.Equal(EmergencyAction.GoesBack, outcome.Action);
        await using var back = await EventReader.OpenAsync(anna, $"/upgrades/{outcome.Upgrade}/events");
        Assert.Equal(UpgradeState.Completed, (await UntilAsync(back, one => one.HasEnded)).State);

        // All of it is on record, under the names of those who did it.
        var record = (await anna.ReadAsync<Page<AuditRecord>>($"/audit?subject={id}")).Items;
        Assert.Contains(record, one => one.Entry.Who == "bert" && one.Entry.Why.Contains("looks good"));
        Assert.Contains(record, one => one.Entry.Who == "anna");
        Assert.Empty((await anna.ReadAsync<AuditVerification>("/audit/verify")).Problems);
    }

    [Fact]
    public async Task WhileTheLineIsStoppedNothingBeginsAndWhyIsTold()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        using var stopped = await server.Admin.PostAsync("/line/stop", """{ "why": "smoke in hall 2" }""");
        await stopped.AsAsync<LineStopped>(HttpStatusCode.OK);

        using var refused = await server.Admin.PostAsync("/upgrades", ToTwo);
        Assert.Contains("smoke in hall 2", (await refused.AsProblemAsync(ErrorCode.LineStopped)).Detail);
        Assert.Equal(new LineStatus(true, "smoke in hall 2"), await server.Admin.ReadAsync<LineStatus>("/line"));

        using var running = await server.Admin.PostAsync("/line/restart", """{ "why": "aired" }""");
        Assert.Equal(new LineStatus(false, null), await running.AsAsync<LineStatus>(HttpStatusCode.OK));
        using var begun = await server.Admin.PostAsync("/upgrades", ToTwo);
        await begun.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task AnEmergencyForAllHasToSayThatItIsForAll()
    {
        await using var server = await RunningServer.StartAsync();

        foreach (var body in new[] { """{ "why": "w" }""", """{ "components": [], "why": "w" }""", """{ "components": ["a"], "all": true, "why": "w" }""", """{ "all": true }""" })
        {
            using var refused = await server.Admin.PostAsync("/emergency-rollback", body);
            await refused.AsProblemAsync(ErrorCode.InvalidRequest);
        }

        using var done = await server.Admin.PostAsync("/emergency-rollback", """{ "all": true, "why": "w" }""");
        Assert.Empty((await done.AsAsync<EmergencyView>(HttpStatusCode.OK)).Outcomes);
    }

    private static async Task<UpgradeRecord> UntilAsync(EventReader events, Func<UpgradeRecord, bool> holds)
    {
        var last = 0L;
        while (await events.NextAsync<UpgradeRecord>("upgrade") is var (id, upgrade))
        {
            Assert.True(id > last, $"{id} after {last}");
            Assert.Equal(id, upgrade.Revision);
            last = id;
            if (holds(upgrade))
            {
                return upgrade;
            }

            Assert.False(upgrade.HasEnded, $"{upgrade.State}: {upgrade.Detail}");
        }

        throw new InvalidOperationException("The stream ended before.");
    }
}
