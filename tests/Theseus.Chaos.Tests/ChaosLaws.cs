using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Theseus.Servers;

namespace Theseus.Chaos.Tests;

/// <summary>
/// Upgrades of a fleet of real processes, of which one after another is killed or stands still: nodes, control planes,
/// database and broker. What happens, and when, follows from a seed; THESEUS_SEED runs one alone, THESEUS_SEEDS more of them.
/// </summary>
public sealed class ChaosLaws(ITestOutputHelper output)
{
    private const int Nodes = 3;
    private const string Old = "1.0.0";
    private const string New = "2.0.0";
    private static readonly string[] s_strategies = ["Immediate", "Rolling", "BlueGreen", "Canary", "Gradual"];
    private static readonly TimeSpan s_longestUpgrade = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task WhateverDiesEveryCallIsAnsweredAndEveryNodeServesWhatTheRecordSays()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Assert.SkipWhen(RabbitServer.Missing is not null, RabbitServer.Missing ?? "");
        await using var fleet = await ProcessFleet.StartAsync(Nodes);
        await using var leases = new LeaseWatch(fleet);
        await leases.StartAsync();
        foreach (var seed in Seeds())
        {
            try
            {
                await RunAsync(fleet, leases, new Random(seed), seed);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{Logs(fleet)}", failure);
            }
        }

        await leases.StopAsync();
        Assert.Empty(leases.Broken);
        output.WriteLine($"{leases.TakeOvers} upgrades went over to another control plane, in {leases.Steps} steps.");
        Assert.True(leases.Steps > 0);
        Assert.True(leases.TakeOvers > 0 || Seeds().Count() < Disturbance.Round, "No upgrade went over to another control plane, though a round of runs kills and pauses those that drive.");
    }

    [Fact]
    public void ARoundOfRunsHasEveryStrategyAndEveryKindOfDisturbance()
    {
        Assert.Equal(s_strategies.Order(), Enumerable.Range(1, s_strategies.Length).Select(StrategyOf).Order());
        Assert.Equal(9, Enumerable.Range(1, Disturbance.Round).SelectMany(Disturbance.KindsOf).Distinct().Count());
    }

    [Fact]
    public async Task OfTwoProcessesWithOneNameTheOlderIsToldAndLeavesAndTheYoungerIsTheNode()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Assert.SkipWhen(RabbitServer.Missing is not null, RabbitServer.Missing ?? "");
        await using var fleet = await ProcessFleet.StartAsync(1);
        using var calls = new FleetCalls(fleet, new Random(1));
        var before = await IncarnationAsync();

        using var twin = await fleet.StartTwinAsync("node1");

        try
        {
            await UntilAsync(async () => await IncarnationAsync() is { Length: > 0 } now && now != before);
            await UntilAsync(() => Task.FromResult(fleet.LogOf("node1").Contains("is no node any more", StringComparison.Ordinal)));
            // The older one goes on with what it has, and the younger one is told what there is to do.
            using var tasks = new AskedTasks(fleet, 1);
            await tasks.AskAsync("twins");
            await tasks.CheckAsync();
        }
        finally
        {
            twin.Kill(entireProcessTree: true);
        }

        async Task<string> IncarnationAsync()
        {
            var (_, nodes) = await calls.AskAsync(HttpMethod.Get, "nodes");
            return nodes!["items"]!.AsArray().Where(node => node!["state"]!.GetValue<string>() == "Alive").Select(node => node!["report"]?["incarnation"]?.GetValue<string>() ?? "").SingleOrDefault("");
        }

        async Task UntilAsync(Func<Task<bool>> isSo)
        {
            var begun = TimeProvider.System.GetTimestamp();
            while (!await isSo())
            {
                Assert.True(TimeProvider.System.GetElapsedTime(begun) < s_longestUpgrade, $"It did not come to that:\n{Logs(fleet)}");
                await Task.Delay(s_look, TimeProvider.System);
            }
        }
    }

    private static IEnumerable<int> Seeds() =>
        Environment.GetEnvironmentVariable("THESEUS_SEED") is { } one ? [int.Parse(one, CultureInfo.InvariantCulture)]
        : Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("THESEUS_SEEDS") ?? "5", CultureInfo.InvariantCulture));

    private static string StrategyOf(int seed) => s_strategies[(seed - 1) % s_strategies.Length];

    private async Task RunAsync(ProcessFleet fleet, LeaseWatch leases, Random random, int seed)
    {
        using var calls = new FleetCalls(fleet, random);
        var strategy = StrategyOf(seed);
        var component = ComponentOf(strategy);
        Say($"seed {seed}: {strategy} upgrade of {component}");
        var upgrade = await BeginAsync(calls, strategy, seed);
        using var tasks = new AskedTasks(fleet, random.Next());
        var asking = tasks.AskAsync($"seed {seed} {upgrade}");
        foreach (var kind in Disturbance.KindsOf(seed))
        {
            await WaitAsync(random.Next(500, 4_000));
            var isOfDriver = kind == Disturbance.KillTheDriver;
            var lease = isOfDriver ? await leases.LeaseAsync(upgrade, above: 0) : 0;
            var disturbance = Disturbance.Of(kind, fleet, random, leases.Driver(upgrade));
            Say($"seed {seed}: {disturbance.Name}");
            await disturbance.Begin();
            await WaitAsync(random.Next(1_000, 9_000));
            if (isOfDriver)
            {
                await leases.LeaseAsync(upgrade, above: lease);
            }

            await disturbance.End();
        }

        var ended = await EndOfAsync(calls, upgrade);
        Say($"seed {seed}: {ended["state"]} {ended["detail"]}");
        var state = ended["state"]!.GetValue<string>();
        Assert.True(state is "Completed" or "RolledBack" or "Failed", $"It ended as {ended}");
        var serves = state == "Completed" ? New : Old;

        await ConvergeAsync(calls, component, serves);
        Check(fleet, component, serves);
        await CheckRecordAsync(calls, upgrade);
        await asking;
        await tasks.CheckAsync();
        if (serves == New)
        {
            // Back to where it began, for the next seed; undisturbed.
            var (status, back) = await calls.AskAsync(HttpMethod.Post, $"upgrades/{upgrade}/rollback", new JsonObject { ["why"] = $"after seed {seed}" }, key: $"back-{seed}-{upgrade}");
            Assert.True(status is HttpStatusCode.Accepted or HttpStatusCode.Created or HttpStatusCode.OK, back?.ToString());
            var returned = await EndOfAsync(calls, back!["id"]!.GetValue<string>());
            Assert.Equal("Completed", returned["state"]!.GetValue<string>());
            await ConvergeAsync(calls, component, Old);
        }
    }

    // State that moves cannot be in two releases at once: what is shifted little by little has none.
    private static string ComponentOf(string strategy) => strategy == "Gradual" ? "relay" : "ring-moved";

    private static async Task<string> BeginAsync(FleetCalls calls, string strategy, int seed)
    {
        var parameters = new JsonObject { ["observe"] = "8s", ["activateDeadline"] = "2m", ["retireDeadline"] = "30s" };
        if (strategy == "BlueGreen")
        {
            parameters["warmFor"] = "3s";
        }

        var body = new JsonObject
        {
            ["targets"] = new JsonArray(new JsonObject { ["component"] = ComponentOf(strategy), ["version"] = New }), ["strategy"] = strategy, ["parameters"] = parameters, ["reason"] = $"seed {seed}",
        };
        var (status, answer) = await calls.AskAsync(HttpMethod.Post, "upgrades", body, key: $"seed-{seed}-{Guid.NewGuid():n}");
        Assert.True(status is HttpStatusCode.Accepted or HttpStatusCode.Created or HttpStatusCode.OK, answer?.ToString());
        return answer!["id"]!.GetValue<string>();
    }

    /// <summary>Waits for an upgrade's end; one that stands still, for somebody to decide, is rolled back.</summary>
    private static async Task<JsonNode> EndOfAsync(FleetCalls calls, string upgrade)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (_, seen) = await calls.AskAsync(HttpMethod.Get, $"upgrades/{upgrade}");
            if (seen!["endedAt"] is not null)
            {
                return seen;
            }

            if (seen["state"]!.GetValue<string>() == "Paused")
            {
                // What is answered for is on record; a repetition that comes too late is refused.
                var why = $"it stands still at {seen["revision"]}";
                var (status, _) = await calls.AskAsync(HttpMethod.Post, $"upgrades/{upgrade}/rollback", new JsonObject { ["why"] = why });
                if (status is HttpStatusCode.OK or HttpStatusCode.Accepted)
                {
                    var (_, audit) = await calls.AskAsync(HttpMethod.Get, $"audit?subject={upgrade}");
                    Assert.Contains(audit!["items"]!.AsArray(), record => record!["entry"]!["why"]!.GetValue<string>().Contains(why, StringComparison.Ordinal));
                }
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < s_longestUpgrade, $"It did not end: {seen}");
            await Task.Delay(s_look, TimeProvider.System);
        }
    }

    /// <summary>Waits until both control planes hear from every node that it serves with a release, and nothing else.</summary>
    private static async Task ConvergeAsync(FleetCalls calls, string component, string version)
    {
        foreach (var control in ProcessFleet.ControlPlanes)
        {
            var begun = TimeProvider.System.GetTimestamp();
            while (true)
            {
                var (_, nodes) = await calls.AskAsync(control, "nodes");
                var standing = nodes!["items"]!.AsArray()
                    .Where(node => node!["state"]!.GetValue<string>() == "Alive" && node["report"] is not null)
                    .Select(node => node!["report"]!["components"]!.AsArray().Single(one => one!["component"]!.GetValue<string>() == component)!).ToList();
                if (standing.Count == Nodes && standing.All(one => one["confirmed"]?["version"]?.GetValue<string>() == version && one["trial"] is null))
                {
                    break;
                }

                Assert.True(TimeProvider.System.GetElapsedTime(begun) < s_longestUpgrade, $"Not every node came to {version}: {nodes}");
                await Task.Delay(s_look, TimeProvider.System);
            }
        }
    }

    /// <summary>No call was lost, nobody met a third version, and what answers now is what the record says.</summary>
    private static void Check(ProcessFleet fleet, string component, string serves)
    {
        var since = TimeProvider.System.GetUtcNow();
        foreach (var node in fleet.NodeNames)
        {
            SpinWait.SpinUntil(() => Journal.Read(fleet.JournalOf(node)).VersionsOf(component, since).Count > 0, s_longestUpgrade);
            var journal = Journal.Read(fleet.JournalOf(node));
            Assert.Empty(journal.Faults);
            Assert.Subset(new HashSet<string> { Old, New }, journal.VersionsOf(component).ToHashSet());
            Assert.Equal([serves], journal.VersionsOf(component, since));
            Assert.True(journal.Answers > 0);
        }
    }

    /// <summary>What was acknowledged is on record, whichever control plane is asked, and the record is whole.</summary>
    private static async Task CheckRecordAsync(FleetCalls calls, string upgrade)
    {
        foreach (var control in ProcessFleet.ControlPlanes)
        {
            var (status, seen) = await calls.AskAsync(control, $"upgrades/{upgrade}");
            Assert.Equal((HttpStatusCode.OK, upgrade), (status, seen!["id"]!.GetValue<string>()));
            var (_, verified) = await calls.AskAsync(control, "audit/verify");
            Assert.Empty(verified!["problems"]!.AsArray());
        }
    }

    private static string Logs(ProcessFleet fleet) => string.Join('\n', ProcessFleet.ControlPlanes.Concat(fleet.NodeNames).Select(name =>
    {
        var log = fleet.LogOf(name);
        return $"== {name}\n{log[Math.Max(0, log.Length - 2_000)..]}";
    }));

    private static Task WaitAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);

    private void Say(string text)
    {
        output.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage(text);
    }
}
