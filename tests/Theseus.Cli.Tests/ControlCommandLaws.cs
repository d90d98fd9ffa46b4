using System.Text.Json.Nodes;
using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Cli.Tests;

public sealed class ControlCommandLaws
{
    [Fact]
    public async Task AnUpgradeIsPlannedStartedWatchedLookedAtAndTakenBack()
    {
        await using var line = await ControlLine.StartAsync();

        var plan = await line.RunAsync("upgrade", "plan", "markdown=2.0.0", "--strategy", "Immediate", "--set", "observe=0.2s");
        Assert.True(plan.Code == 0, plan.Error);
        Assert.Contains("wave 1 of 1: everywhere at once", plan.Out);
        Assert.Contains("It is possible.", plan.Out);

        var run = await line.RunAsync("upgrade", "start", "markdown=2.0.0", "--strategy", "Immediate", "--set", "observe=0.2s", "--reason", "try it", "--watch");
        Assert.True(run.Code == 0, run.Out + run.Error);
        Assert.Contains("wave 1 of 1", run.Out);
        Assert.EndsWith("Completed.", run.Out.TrimEnd());
        Assert.Contains("1.6", line.Renderer.Engine);

        var status = await line.RunAsync("upgrade", "status", "last");
        Assert.Contains("markdown 1.0.0 -> 2.0.0, Immediate, asked for by admin", status.Out);
        Assert.Contains("try it", status.Out);
        Assert.Contains("nothing-against-it", status.Out);
        Assert.Contains("Completed", (await line.RunAsync("history")).Out);
        Assert.Contains("1.0.0", (await line.RunAsync("component", "rollback-points", "markdown")).Out);

        var back = await line.RunAsync("upgrade", "rollback", "last", "--why", "not today");
        Assert.True(back.Code == 0, back.Error);
        var watched = await line.RunAsync("upgrade", "watch", "last", "--json");
        Assert.True(watched.Code == 0, watched.Error);
        var last = JsonNode.Parse(watched.Out.TrimEnd().Split('\n')[^1])!;
        Assert.Equal("Completed", last["state"]!.GetValue<string>());
        Assert.NotNull(last["request"]!["rollsBack"]);
        Assert.Contains("0.31", line.Renderer.Engine);
    }

    [Fact]
    public async Task WhatThereIsIsListedForPeopleAndForScripts()
    {
        await using var line = await ControlLine.StartAsync();
        await line.RunAsync("stop-the-line", "--why", "a look around");
        foreach (var (args, text) in new (string[], string)[]
        {
            (["component", "list"], "markdown"),
            (["component", "show", "markdown"], "calls"),
            (["component", "history", "markdown"], "Active"),
            (["nodes"], "node1"),
            (["node", "list"], "Alive"),
            (["release", "list", "markdown"], "2.0.0"),
            (["audit", "list"], "a look around"),
            (["audit", "list", "--subject", "line"], "a look around"),
            (["token", "list"], "admin"),
        })
        {
            var people = await line.RunAsync(args);
            Assert.True(people.Code == 0, $"{string.Join(' ', args)}: {people.Error}");
            Assert.Contains(text, people.Out);
            var scripts = await line.RunAsync([.. args, "--json"]);
            Assert.Equal(0, scripts.Code);
            Assert.NotNull(JsonNode.Parse(scripts.Out));
        }
    }

    [Fact]
    public async Task ANodeIsTakenOutOfUseLetInAgainAndRemoved()
    {
        await using var line = await ControlLine.StartAsync();

        var drained = await line.RunAsync("node", "drain", "node1", "--why", "new disks");
        Assert.True(drained.Code == 0, drained.Error);
        Assert.Contains("draining", (await line.RunAsync("node", "list")).Out);
        Assert.Contains("new disks", (await line.RunAsync("audit", "list", "--subject", "node/node1")).Out);
        Assert.Equal(0, (await line.RunAsync("node", "undrain", "node1")).Code);
        Assert.DoesNotContain("draining", (await line.RunAsync("nodes")).Out);

        Assert.Equal(ExitCode.Refused, (await line.RunAsync("node", "remove", "node1")).Code);
        Assert.Equal(ExitCode.NotFound, (await line.RunAsync("node", "drain", "none-such")).Code);
        Assert.Equal(0, (await line.RunAsync("node", "remove", "node1", "--force", "--why", "sold")).Code);
        Assert.DoesNotContain("node1", (await line.RunAsync("nodes")).Out);
    }

    [Fact]
    public async Task WhatIsSettledForAComponentIsChangedAndTheRestStaysAsItIs()
    {
        await using var line = await ControlLine.StartAsync();

        var first = await line.RunAsync("component", "set", "markdown", "--criticality", "Critical", "--label", "team=web", "--label", "tier=1", "--pin", "[1.0.0,2.0.0)", "--block", "[1.5.0]", "--why", "it sells");
        Assert.True(first.Code == 0, first.Error);
        Assert.Contains("team=web, tier=1", first.Out);
        var second = await line.RunAsync("component", "set", "markdown", "--unlabel", "tier", "--unpin", "--unblock", "[1.5.0]", "--hot-swappable", "false", "--json");

        Assert.True(second.Code == 0, second.Error);
        Assert.Contains("\"team\":\"web\"", second.Out.Replace(" ", ""));
        var now = line.Server.ControlPlane.Components.Find("markdown")!;
        Assert.Equal((Criticality.Critical, false), (now.Criticality, now.IsHotSwappable));
        Assert.Equal(["team"], now.Labels.Keys);
        Assert.Null(now.Pinned);
        Assert.Empty(now.Blocked);
        Assert.Contains("Critical", (await line.RunAsync("component", "list")).Out);
        Assert.Contains("it sells", (await line.RunAsync("audit", "list", "--subject", "component markdown")).Out);
        Assert.Equal(4, (await line.RunAsync("component", "set", "markup", "--criticality", "Low")).Code);
        Assert.Equal(5, (await line.RunAsync("component", "set", "markdown", "--block", "1.5.0")).Code);
        Assert.Equal(2, (await line.RunAsync("component", "set", "markdown")).Code);
        Assert.Equal(2, (await line.RunAsync("component", "set", "markdown", "--label", "team")).Code);
        Assert.Equal(2, (await line.RunAsync("component", "set", "markdown", "--pin", "[1.0.0]", "--unpin")).Code);
    }

    [Fact]
    public async Task TheWayToAReleaseAndBackIsToldAndWithoutOneTheExitCodeSaysSo()
    {
        await using var line = await ControlLine.StartAsync();
        // A component whose third release declares itself safe to upgrade to from the second one on.
        var components = line.Server.ControlPlane.Components;
        await components.RegisterAsync(new() { Name = "relay", Contract = new("Relay.IRelay", "Relay.Contract", null) }, "Test.", CancellationToken.None);
        await components.MoveAsync("relay", new(ComponentLifecycle.Active, "It serves.") { Version = new(1, 0, 0) }, CancellationToken.None);

        var path = await line.RunAsync("component", "path", "relay", "3.0.0");
        Assert.True(path.Code == 0, path.Error);
        Assert.Equal(
            [["there", "1.0.0", "2.0.0", "none", "yes"], ["there", "2.0.0", "3.0.0", "none", "yes"], ["back", "3.0.0", "1.0.0", "none", "yes"]],
            path.Out.Split('\n').Select(row => row.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(row => row.Length > 0 && row[0] is "there" or "back"));
        var json = JsonNode.Parse((await line.RunAsync("component", "path", "relay", "3.0.0", "--json")).Out)!;
        Assert.Equal("2.0.0", json["there"]!["steps"]![0]!["to"]!.GetValue<string>());
        Assert.Contains("serves already", (await line.RunAsync("component", "path", "relay", "1.0.0")).Out);

        Assert.Equal(0, (await line.RunAsync("component", "set", "relay", "--block", "[2.0.0]")).Code);
        var none = await line.RunAsync("component", "path", "relay", "3.0.0");
        Assert.Equal(5, none.Code);
        Assert.Contains("There is no way to 3.0.0.", none.Out);
        Assert.Contains("declares itself safe", none.Out);
        Assert.Equal(5, (await line.RunAsync("component", "path", "relay", "3.0.0", "--json")).Code);

        Assert.Equal(4, (await line.RunAsync("component", "path", "relay", "7.7.7")).Code);
        Assert.Equal(4, (await line.RunAsync("component", "path", "relays", "2.0.0")).Code);
        Assert.Equal(5, (await line.RunAsync("component", "path", "relay", "newest")).Code);
        Assert.Equal(2, (await line.RunAsync("component", "path", "relay")).Code);
        Assert.Contains("path", (await line.RunAsync("[suggest:18]", "theseus component ")).Out);
    }

    [Fact]
    public async Task TheExitCodeSaysWhatHindersIt()
    {
        await using var line = await ControlLine.StartAsync();

        Assert.Equal(4, (await line.RunAsync("upgrade", "status", "0a1b")).Code);
        Assert.Equal(4, (await line.RunAsync("upgrade", "status", "last")).Code);
        var impossible = await line.RunAsync("upgrade", "plan", "markdown=7.7.7");
        Assert.Equal(5, impossible.Code);
        Assert.Contains("7.7.7", impossible.Out);
        var wrong = await line.RunAsync("upgrade", "start", "markdown=2.0.0", "--set", "observ=1s");
        Assert.Equal(5, wrong.Code);
        Assert.Contains("observe", wrong.Error);
        foreach (var watch in new string[][] { [], ["--watch"] })
        {
            var noRelease = await line.RunAsync(["upgrade", "start", "markdown=7.7.7", .. watch]);
            Assert.Equal(4, noRelease.Code);
            Assert.Contains("7.7.7", noRelease.Error);
            var noComponent = await line.RunAsync(["upgrade", "start", "markup=2.0.0", .. watch]);
            Assert.Equal(4, noComponent.Code);
            Assert.Contains("There are: markdown", noComponent.Error);
            var noNeed = await line.RunAsync(["upgrade", "start", "markdown=1.0.0", .. watch]);
            Assert.Equal(5, noNeed.Code);
            Assert.Contains("serves already", noNeed.Error);
        }

        Assert.Contains("no upgrade on record", (await line.RunAsync("upgrade", "status", "last")).Error);
        Assert.Equal(2, (await line.RunAsync("upgrade", "start", "markdown")).Code);
        Assert.Equal(2, (await line.RunAsync("upgrade", "start", "markdown=2.0.0", "--setting", "nothing")).Code);
        Assert.Equal(2, (await line.RunAsync("emergency-rollback", "--why", "smoke")).Code);
        Assert.Equal(5, (await line.RunAsync("emergency-rollback", "markdown", "--why", "smoke")).Code);

        line.Environment["THESEUS_TOKEN"] = await line.TokenAsync(AccessRole.Viewer);
        var viewer = await line.RunAsync("upgrade", "start", "markdown=2.0.0");
        Assert.Equal(10, viewer.Code);
        Assert.Equal(0, (await line.RunAsync("upgrade", "list")).Code);
        Assert.Equal(10, (await line.RunAsync("upgrade", "list", "--token-file", line.TokenFile + ".none")).Code);
        line.Environment["THESEUS_TOKEN"] = "theseus_0_0";
        var unknown = await line.RunAsync("upgrade", "list", "--json");
        Assert.Equal(10, unknown.Code);
        Assert.Equal("unauthorized", JsonNode.Parse(unknown.Out)!["problem"]!["code"]!.GetValue<string>());

        Assert.Equal(3, (await line.RunAsync("upgrade", "list", "--server", "http://127.0.0.1:9")).Code);
        var open = await line.RunAsync("upgrade", "list", "--server", "http://192.0.2.1:8630");
        Assert.Equal(2, open.Code);
        Assert.Contains("https", open.Error);
    }

    [Fact]
    public async Task AStoppedLineIsToldAndAnEmergencyGoesBackAllTheSame()
    {
        await using var line = await ControlLine.StartAsync();
        Assert.Equal(0, (await line.RunAsync("upgrade", "start", "markdown=2.0.0", "--strategy", "Immediate", "--set", "observe=0s", "--watch")).Code);

        Assert.Equal(0, (await line.RunAsync("stop-the-line", "--why", "smoke")).Code);
        var refused = await line.RunAsync("upgrade", "start", "markdown=1.0.0");
        Assert.Equal(5, refused.Code);
        Assert.Contains("smoke", refused.Error);
        var emergency = await line.RunAsync("emergency-rollback", "--all", "--why", "smoke");
        Assert.True(emergency.Code == 0, emergency.Out + emergency.Error);
        Assert.Equal(0, (await line.RunAsync("upgrade", "watch", "last")).Code);
        Assert.Contains("0.31", line.Renderer.Engine);
        Assert.Equal(0, (await line.RunAsync("restart-the-line", "--why", "put out")).Code);
        Assert.Null(await line.Server.ControlPlane.Upgrades.GetLineStopAsync(CancellationToken.None));
        var verified = await line.RunAsync("audit", "verify");
        Assert.True(verified.Code == 0, verified.Out);
        Assert.Equal(11, (await line.RunAsync("audit", "verify", "--known-hash", new string('0', 64))).Code);
    }

    [Fact]
    public async Task ATokenIsShownOnceUsedAndRevokedAndNobodyApprovesOwnRequests()
    {
        await using var line = await ControlLine.StartAsync();
        var created = await line.RunAsync("token", "create", "carol", "--role", "Approver", "--days", "7");
        Assert.True(created.Code == 0, created.Error);
        var token = created.Out.Trim();
        Assert.StartsWith("theseus_", token);
        Assert.DoesNotContain(token, (await line.RunAsync("token", "list", "--json")).Out);

        Assert.Equal(0, (await line.RunAsync("upgrade", "start", "markdown=2.0.0", "--strategy", "Immediate", "--set", "observe=0s", "--needs-approval")).Code);
        var waiting = await WaitAsync(line, one => one.State == UpgradeState.AwaitingApproval);
        var own = await line.RunAsync("upgrade", "approve", "last", "--digest", waiting.Plan!.Digest);
        Assert.Equal(10, own.Code);
        Assert.Contains("somebody else", own.Error);
        line.Environment["THESEUS_TOKEN"] = token;
        Assert.Equal(5, (await line.RunAsync("upgrade", "approve", "last", "--digest", "00")).Code);
        Assert.Equal(0, (await line.RunAsync("upgrade", "approve", "last", "--digest", waiting.Plan.Digest, "--why", "looked at it")).Code);
        Assert.Equal(0, (await line.RunAsync("upgrade", "watch", "last")).Code);

        line.Environment.Remove("THESEUS_TOKEN");
        Assert.Equal(0, (await line.RunAsync("token", "revoke", token.Split('_')[1])).Code);
        line.Environment["THESEUS_TOKEN"] = token;
        Assert.Equal(10, (await line.RunAsync("upgrade", "list")).Code);
    }

    [Fact]
    public async Task UnderOneKeyARequestIsOneUpgrade()
    {
        await using var line = await ControlLine.StartAsync();
        string[] request = ["upgrade", "start", "markdown=2.0.0", "--set", "observe=1h", "--key", "release-42", "--json"];

        var first = JsonNode.Parse((await line.RunAsync(request)).Out)!["id"]!.GetValue<string>();
        var second = JsonNode.Parse((await line.RunAsync(request)).Out)!["id"]!.GetValue<string>();

        Assert.Equal(first, second);
        Assert.Equal(5, (await line.RunAsync("upgrade", "start", "markdown=3.0.0", "--key", "release-42")).Code);
        await WaitAsync(line, one => one.Phase == WavePhase.Observing);
        Assert.Equal(0, (await line.RunAsync("upgrade", "pause", first)).Code);
        Assert.Equal(0, (await line.RunAsync("upgrade", "resume", first)).Code);
        await WaitAsync(line, one => one.Phase == WavePhase.Observing && one.State == UpgradeState.InProgress);
        Assert.Equal(0, (await line.RunAsync("upgrade", "promote", first)).Code);
        Assert.Equal(0, (await line.RunAsync("upgrade", "watch", first)).Code);
        Assert.Equal(5, (await line.RunAsync("upgrade", "cancel", first)).Code);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("pwsh")]
    public async Task AShellIsToldHowToComplete(string shell)
    {
        await using var line = new CommandLine();

        var script = await line.RunAsync("completion", shell);
        var suggested = await line.RunAsync("[suggest:16]", "theseus upgrade ");

        Assert.Equal(0, script.Code);
        Assert.Contains("[suggest:", script.Out);
        Assert.Contains("rollback", suggested.Out);
        Assert.Equal(2, (await line.RunAsync("completion", "fish")).Code);
    }

    private static async Task<UpgradeRecord> WaitAsync(ControlLine line, Func<UpgradeRecord, bool> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var newest = (await line.Server.ControlPlane.Upgrades.GetHistoryAsync(null, 1, deadline.Token))[0];
        await foreach (var change in line.Server.ControlPlane.Upgrades.WatchAsync(newest.Id, deadline.Token))
        {
            if (holds(change))
            {
                return change;
            }
        }

        throw new InvalidOperationException("It ended without.");
    }
}
