using System.Net;
using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Tests;

/// <summary>Upgrades, asked for and looked at over HTTP.</summary>
public sealed class UpgradeCallLaws
{
    private const string ToTwo = """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Canary", "parameters": { "observe": "30s", "share": 0.25 }, "reason": "because" }""";

    [Fact]
    public async Task AnUpgradeThatIsStartedIsOnRecordUnderTheTokensNameAndFoundWhereTheAnswerSays()
    {
        await using var server = await RunningServer.StartAsync();
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");

        using var answer = await anna.PostAsync("/upgrades", ToTwo);
        var started = await answer.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        var found = await anna.ReadAsync<UpgradeRecord>(answer.Headers.Location!.ToString());

        Assert.Equal(started.Id, found.Id);
        Assert.Equal(("anna", "because"), (found.Request.RequestedBy, found.Request.Reason));
        Assert.Equal(new CanaryParameters { Observe = TimeSpan.FromSeconds(30), Share = 0.25 }, found.Request.Parameters);
    }

    [Fact]
    public async Task TheSameKeyWithTheSameBodyIsTheSameUpgradeAndWithAnotherBodyItIsRefused()
    {
        await using var server = await RunningServer.StartAsync();

        using var first = await server.Admin.PostAsync("/upgrades", ToTwo, "monday-1");
        using var again = await server.Admin.PostAsync("/upgrades", ToTwo, "monday-1");
        using var other = await server.Admin.PostAsync("/upgrades", ToTwo.Replace("2.0.0", "3.0.0"), "monday-1");

        var started = await first.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        Assert.Equal(started.Id, (await again.AsAsync<UpgradeRecord>(HttpStatusCode.OK)).Id);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        await other.AsProblemAsync(ErrorCode.KeyReused);
        Assert.Single((await server.Admin.ReadAsync<Page<UpgradeRecord>>("/upgrades")).Items);
    }

    [Fact]
    public async Task TheOrderOfMembersAndSettingsMakesNoOtherRequest()
    {
        await using var server = await RunningServer.StartAsync();

        using var first = await server.Admin.PostAsync("/upgrades", """{ "strategy": "Rolling", "targets": [{ "component": "a", "version": "2.0.0", "settings": { "x": "1", "y": "2" } }] }""", "k");
        using var again = await server.Admin.PostAsync("/upgrades", """{ "targets": [{ "settings": { "y": "2", "x": "1" }, "version": "2.0.0", "component": "a" }], "strategy": "rolling" }""", "k");

        await first.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        await again.AsAsync<UpgradeRecord>(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AKeyIsOneTokenNamesAlone()
    {
        await using var server = await RunningServer.StartAsync();
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");

        using var hers = await anna.PostAsync("/upgrades", ToTwo, "k");
        using var other = await server.Admin.PostAsync("/upgrades", ToTwo.Replace("markdown", "script"), "k");
        using var bad = await anna.PostAsync("/upgrades", ToTwo, new string('k', 201));

        await hers.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        await other.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        Assert.Equal("Idempotency-Key", Assert.Single((await bad.AsProblemAsync(ErrorCode.InvalidRequest)).Errors).At);
    }

    [Fact]
    public async Task TheListIsReadPageByPageWithEachUpgradeOnce()
    {
        await using var server = await RunningServer.StartAsync();
        var started = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await server.Admin.PostAsync("/upgrades", ToTwo.Replace("markdown", $"part{i}"));
            started.Add((await answer.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted)).Id);
        }

        var read = new List<UpgradeRecord>();
        for (var next = "/api/v1/upgrades?count=2"; next is not null;)
        {
            var page = await server.Admin.ReadAsync<Page<UpgradeRecord>>(next);
            Assert.InRange(page.Items.Count, 1, 2);
            read.AddRange(page.Items);
            next = page.Next;
        }

        Assert.Equal(Enumerable.Reverse(started), read.Select(one => one.Id));
    }

    [Fact]
    public async Task AllThatIsWrongWithARequestIsToldAtOnceAndByName()
    {
        await using var server = await RunningServer.StartAsync();

        using var answer = await server.Admin.PostAsync("/upgrades", """
            { "targets": [{ "component": "markdown", "verzion": "2.0.0" }, 7], "strategy": "Canary", "parameters": { "observ": "30s", "share": "lots", "nodes": null },
              "nodes": ["a", 1], "needsApproval": "yes", "onFailure": 1, "requestedBy": "someone else" }
            """);

        var problem = await answer.AsProblemAsync(ErrorCode.InvalidRequest);
        Assert.Equal(
            ["needsApproval", "nodes[1]", "onFailure", "parameters", "parameters", "parameters.nodes", "requestedBy", "targets[0].version", "targets[0].verzion", "targets[1]"],
            problem.Errors.Select(one => one.At).Order(StringComparer.Ordinal));
        Assert.Contains(problem.Errors, one => one.Message.Contains("'observ'"));
        Assert.Contains(problem.Errors, one => one.Message.Contains("'lots'"));
        Assert.Empty((await server.Admin.ReadAsync<Page<UpgradeRecord>>("/upgrades")).Items);
    }

    [Fact]
    public async Task WhatTheRequestsOwnRulesRefuseIsToldFaultByFault()
    {
        await using var server = await RunningServer.StartAsync();

        using var answer = await server.Admin.PostAsync("/upgrades/plan", """{ "targets": [{ "component": "Mark down", "version": "two" }], "strategy": "immediate" }""");

        Assert.Equal(2, (await answer.AsProblemAsync(ErrorCode.InvalidRequest)).Errors.Count);
    }

    [Fact]
    public async Task APlanThatIsNotPossibleSaysWhyAndStoresNothing()
    {
        await using var server = await RunningServer.StartAsync();

        using var answer = await server.Admin.PostAsync("/upgrades/plan", ToTwo);

        var view = await answer.AsAsync<UpgradePlanView>(HttpStatusCode.OK);
        Assert.Null(view.Plan);
        Assert.NotEmpty(view.Problems);
        Assert.Equal(0, (await server.Admin.ReadAsync<ServerStatus>("/status")).Upgrades.Total);
    }
}
