using System.Net;
using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Tests;

/// <summary>Upgrades, asked for and looked at over HTTP.</summary>
public sealed class UpgradeCallLaws
{
    private const string ToTwo = """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Canary", "parameters": { "observe": "30s", "share": 0.25 }, "needsApproval": true, "reason": "because" }""";

    [Fact]
    public async Task AnUpgradeThatIsStartedIsOnRecordUnderTheTokensNameAndFoundWhereTheAnswerSays()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
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
        await using var server = await RunningServer.StartWithNodeAsync();

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
        await using var server = await RunningServer.StartWithNodeAsync();

        using var first = await server.Admin.PostAsync("/upgrades", """{ "strategy": "Rolling", "targets": [{ "component": "markdown", "version": "2.0.0", "settings": { "x": "1", "y": "2" } }] }""", "k");
        using var again = await server.Admin.PostAsync("/upgrades", """{ "targets": [{ "settings": { "y": "2", "x": "1" }, "version": "2.0.0", "component": "markdown" }], "strategy": "rolling" }""", "k");

        await first.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        await again.AsAsync<UpgradeRecord>(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AKeyIsOneTokenNamesAlone()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");

        using var hers = await anna.PostAsync("/upgrades", ToTwo, "k");
        var id = (await hers.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted)).Id;
        using var cancelled = await anna.PostAsync($"/upgrades/{id}/cancel", "{}");
        await cancelled.AsAsync<UpgradeRecord>(HttpStatusCode.OK);
        using var other = await server.Admin.PostAsync("/upgrades", ToTwo.Replace("because", "another"), "k");
        using var bad = await anna.PostAsync("/upgrades", ToTwo, new string('k', 201));

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
            var request = new UpgradeRequest { Targets = [new UpgradeTarget($"part{i}", "2.0.0")], Parameters = new ImmediateParameters(), RequestedBy = "test" };
            started.Add((await server.Server.ControlPlane.Upgrades.StartAsync(request, CancellationToken.None)).Id);
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

    [Fact]
    public async Task WhileTheLineIsStoppedARepeatedRequestIsAnsweredWithTheUpgradeThatItBegan()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        using var first = await server.Admin.PostAsync("/upgrades", ToTwo, "monday-1");
        var started = await first.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        using var stopped = await server.Admin.PostAsync("/line/stop", """{ "why": "smoke" }""");
        await stopped.AsAsync<LineStopped>(HttpStatusCode.OK);

        using var again = await server.Admin.PostAsync("/upgrades", ToTwo, "monday-1");
        using var other = await server.Admin.PostAsync("/upgrades", ToTwo.Replace("because", "another"), "monday-1");
        using var unseen = await server.Admin.PostAsync("/upgrades", ToTwo, "monday-2");

        Assert.Equal(started.Id, (await again.AsAsync<UpgradeRecord>(HttpStatusCode.OK)).Id);
        await other.AsProblemAsync(ErrorCode.KeyReused);
        await unseen.AsProblemAsync(ErrorCode.LineStopped);
    }

    [Fact]
    public async Task WhatIsNotPossibleIsRefusedByItsKindAndNothingIsOnRecord()
    {
        await using var server = await RunningServer.StartWithNodeAsync();

        foreach (var (body, code, said) in new[]
        {
            (ToTwo.Replace("markdown", "markup"), ErrorCode.UnknownComponent, "'markup'"),
            (ToTwo.Replace("2.0.0", "7.7.7"), ErrorCode.UnknownRelease, "7.7.7"),
            (ToTwo.Replace("2.0.0", "1.0.0"), ErrorCode.NotPossible, "serves already"),
            (ToTwo.Replace("\"reason\"", "\"nodes\": [\"node2\"], \"reason\""), ErrorCode.NotPossible, "'node2'"),
        })
        {
            using var refused = await server.Admin.PostAsync("/upgrades", body);
            // What stands against it, without a word of the rules that could not be asked because of that.
            Assert.Contains(said, Assert.Single((await refused.AsProblemAsync(code)).Errors).Message);
        }

        Assert.Empty((await server.Admin.ReadAsync<Page<UpgradeRecord>>("/upgrades")).Items);
    }

    [Fact]
    public async Task APackageThatIsNotAcceptedIsSaidToBeThat()
    {
        var feed = Directory.CreateTempSubdirectory("theseus-feed-").FullName;
        try
        {
            var intact = Path.Combine(JoinedNode.Releases, "markdown.2.0.0.nupkg");
            var bytes = await File.ReadAllBytesAsync(intact);
            await using var server = await RunningServer.StartWithNodeAsync(options =>
            {
                options.ControlPlane.Feeds.Clear();
                options.ControlPlane.Feeds.Add(feed);
            });
            bytes[bytes.Length / 2] ^= 0xff;
            await File.WriteAllBytesAsync(Path.Combine(feed, Path.GetFileName(intact)), bytes);

            using var refused = await server.Admin.PostAsync("/upgrades", ToTwo);

            await refused.AsProblemAsync(ErrorCode.ReleaseRefused);
            Assert.Empty((await server.Admin.ReadAsync<Page<UpgradeRecord>>("/upgrades")).Items);
        }
        finally
        {
            Directory.Delete(feed, recursive: true);
        }
    }
}
