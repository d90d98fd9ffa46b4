using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Theseus.Chaos.Tests;

namespace Theseus.LoadBench.Fleet;

/// <summary>A fleet of real processes on this machine, upgraded, and what it takes to go on when some of it dies.</summary>
internal static class ProcessesBench
{
    private const double LongestUpgrade = 60;
    private const double LongestTakeOver = 10;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var nodes = run.Count(50, 4);
        var report = new BenchReport("A fleet of processes", $"""
            PostgreSQL, RabbitMQ, two control planes and {nodes} nodes, each a process of its own on this one machine, as `eng/fleet`
            starts them: real hosts, each with two components under a few calls a second by callers of its own. Upgrades of `relay`
            are rolling with default parameters (a quarter of the nodes at a time, one failure domain after the other), but that each batch
            is watched for a second. Times of upgrades are the record's own, from the request to the end, with the old release gone.
            """);
        Environment.SetEnvironmentVariable("FLEETNODE_PAUSE", "00:00:01");
        await using var fleet = await ProcessFleet.StartAsync(nodes);
        using var calls = new FleetCalls(fleet, new Random(1));
        var rows = new List<string[]>();

        var there = await EndOfAsync(calls, await UpgradeAsync(calls, "2.0.0"));
        Row("1.0.0 to 2.0.0, undisturbed", there);
        report.Target($"rolling upgrade of {nodes} node processes", "under 60 s", $"{Number(Seconds(there))} s", IsCompleted(there) && Seconds(there) < LongestUpgrade);

        var back = await UpgradeAsync(calls, "1.0.0");
        var takeOver = await KillDriverAsync(fleet, calls, back);
        await fleet.StartMissingAsync();
        Row("2.0.0 to 1.0.0, the control plane that drove it killed", await EndOfAsync(calls, back));
        report.Target("from the kill of the control plane that drives to the other's next step", "within 10 s", $"{Number(takeOver)} s", takeOver < LongestTakeOver);

        foreach (var (server, signal) in new[] { ("rabbitmq", "KILL"), ("postgres", "QUIT") })
        {
            var disturbed = await UpgradeAsync(calls, server == "rabbitmq" ? "2.0.0" : "1.0.0");
            await UntilAsync(calls, disturbed, IsUnderWay);
            await fleet.SignalAsync(server, signal);
            await fleet.StartMissingAsync();
            var ended = await EndOfAsync(calls, disturbed);
            Row($"{server} ended without a word in the middle, and started again", ended);
            report.Target($"{server} restarted in the middle of an upgrade", "it completes", ended["state"]!.GetValue<string>(), IsCompleted(ended));
        }

        var (lost, answered) = Journals(fleet);
        report.Target("calls of the nodes' own callers that were lost, over all of it", "0", $"{lost} of {answered.ToString("N0", CultureInfo.InvariantCulture)}", lost == 0);
        report.Table("Upgrades", ["upgrade", "ended as", "waves", "seconds"], rows);
        return report;

        void Row(string what, JsonNode ended)
        {
            rows.Add([what, ended["state"]!.GetValue<string>(), ended["plan"]!["waves"]!.AsArray().Count.ToString(CultureInfo.InvariantCulture), Number(Seconds(ended))]);
            run.Tell(string.Join(", ", rows[^1]));
        }
    }

    private static async Task<string> UpgradeAsync(FleetCalls calls, string version)
    {
        var body = new JsonObject
        {
            ["targets"] = new JsonArray(new JsonObject { ["component"] = "relay", ["version"] = version }), ["strategy"] = "Rolling", ["parameters"] = new JsonObject { ["observe"] = "1s" }, ["reason"] = "measured",
        };
        var (_, answer) = await calls.AskAsync(HttpMethod.Post, "upgrades", body, key: Guid.NewGuid().ToString("n"));
        return answer!["id"]?.GetValue<string>() ?? throw new InvalidOperationException(answer.ToString());
    }

    /// <summary>Kills whoever drives an upgrade; the seconds until its record changes again.</summary>
    private static async Task<double> KillDriverAsync(ProcessFleet fleet, FleetCalls calls, string upgrade)
    {
        await UntilAsync(calls, upgrade, IsUnderWay);
        await using var connection = new NpgsqlConnection(fleet.Database);
        await connection.OpenAsync();
        await using var owner = new NpgsqlCommand("SELECT owner FROM upgrade_leases WHERE upgrade = $1", connection) { Parameters = { new() { Value = upgrade } } };
        await fleet.SignalAsync(fleet.ControlPlaneOf((string)(await owner.ExecuteScalarAsync())!), "KILL");
        var killed = TimeProvider.System.GetTimestamp();
        await using var revision = new NpgsqlCommand("SELECT revision FROM upgrades WHERE id = $1", connection) { Parameters = { new() { Value = upgrade } } };
        var left = (long)(await revision.ExecuteScalarAsync())!;
        while ((long)(await revision.ExecuteScalarAsync())! == left)
        {
            ThrowIfLate(killed, upgrade);
            await Task.Delay(s_look, TimeProvider.System);
        }

        return TimeProvider.System.GetElapsedTime(killed).TotalSeconds;
    }

    private static Task<JsonNode> EndOfAsync(FleetCalls calls, string upgrade) => UntilAsync(calls, upgrade, seen => seen["endedAt"] is not null);

    private static async Task<JsonNode> UntilAsync(FleetCalls calls, string upgrade, Func<JsonNode, bool> holds)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (_, seen) = await calls.AskAsync(HttpMethod.Get, $"upgrades/{upgrade}");
            if (holds(seen!))
            {
                return seen!;
            }

            ThrowIfLate(begun, seen!.ToString());
            await Task.Delay(s_look, TimeProvider.System);
        }
    }

    private static (long Lost, long Answered) Journals(ProcessFleet fleet)
    {
        var journals = fleet.NodeNames.Select(node => Journal.Read(fleet.JournalOf(node))).ToList();
        return (journals.Sum(journal => (long)journal.Faults.Count), journals.Sum(journal => journal.Answers));
    }

    private static bool IsUnderWay(JsonNode upgrade) => upgrade["endedAt"] is null ? upgrade["wave"]?.GetValue<int>() >= 1 : throw new InvalidOperationException($"It ended before it was disturbed: {upgrade}");

    private static bool IsCompleted(JsonNode upgrade) => upgrade["state"]!.GetValue<string>() == "Completed";

    private static double Seconds(JsonNode upgrade) => (upgrade["endedAt"]!.GetValue<DateTimeOffset>() - upgrade["requestedAt"]!.GetValue<DateTimeOffset>()).TotalSeconds;

    private static void ThrowIfLate(long begun, string what)
    {
        if (TimeProvider.System.GetElapsedTime(begun) > s_deadline)
        {
            throw new TimeoutException(what);
        }
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
