using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Runtime;
using Theseus.Storage;

namespace Theseus.Cli.Tests.Reference;

/// <summary>Every command of the page, with every option, is run against what it is for, and every exit code comes of what the page says that it comes of.</summary>
public sealed class CliPageWalk : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-").FullName;
    private readonly CommandLine _host = new();
    private ControlLine _line = null!;

    [Fact]
    public async Task EveryCommandOptionAndExitCodeOfThePageIsWhatItSays()
    {
        _line = await ControlLine.StartAsync();
        var walk = new Walk(name => _line.Environment.GetValueOrDefault(name));

        await HostAsync(walk);
        await ReleasesAsync(walk);
        await LookingAsync(walk);
        await UpgradesAsync(walk);
        await GoingBackAsync(walk);
        await TasksAsync(walk);
        await AlertsAsync(walk);
        await NodesAsync(walk);
        await TokensAsync(walk);
        await ProcessesAsync(walk);
        await AuditAsync(walk);

        Assert.Empty(walk.All.Except(walk.Seen));
        Assert.Equal(CliPage.Read().Table("code").Select(row => int.Parse(row[0], CultureInfo.InvariantCulture)).Order(), walk.Codes.Order());
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _line.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task HostAsync(Walk walk)
    {
        Task<string> AskAsync(int expected, params string[] args) => walk.RunAsync(expected, [.. args, "--host", _host.Folder]);

        Assert.Contains("markdown", await AskAsync(0, "status"));
        await AskAsync(0, "generations", "markdown");
        await AskAsync(0, "why", "markdown", "1", "--walk-heap");
        await AskAsync(0, "history", "markdown", "--newest", "3");
        await AskAsync(0, "stage", "markdown", "2.0.0");
        string[] swap = ["swap", "markdown", "2.0.0", "--trial", "5", "--share", "0.5", "--shadow", "0.1", "--minimum-calls", "3", "--inconclusive", "confirm"];
        await AskAsync(0, swap);
        Assert.Equal("swap markdown 2.0.0 00:00:05 0.5 0.1 3 Confirm", _host.Host.Asked[^1]);
        await AskAsync(0, "confirm", "markdown");
        await AskAsync(0, "rollback", "markdown");

        foreach (var (outcome, reason, code) in new[] { (SwapOutcome.Failed, SwapReason.Unhealthy, 6), (SwapOutcome.RolledBack, SwapReason.TrialFailed, 7), (SwapOutcome.Refused, SwapReason.ReleaseRefused, 8), (SwapOutcome.Refused, SwapReason.Busy, 5) })
        {
            _host.Host.Answer = WrittenOperator.Swapped(outcome, reason);
            await AskAsync(code, swap);
        }

        _host.Host.Answer = WrittenOperator.Swapped(SwapOutcome.RolledBack, SwapReason.None);
        await AskAsync(0, "rollback", "markdown");
        _host.Host.IsBroken = true;
        await AskAsync(1, "confirm", "markdown");
        await AskAsync(2, "swap", "markdown");
        await walk.RunAsync(3, "status", "--host", Path.Combine(_folder, "none"));
    }

    private async Task ReleasesAsync(Walk walk)
    {
        var file = Path.Combine(ControlLine.Releases, "markdown.2.0.0.nupkg");
        Assert.Contains("2.0.0", await walk.RunAsync(0, "release", "inspect", file));
        Assert.Contains("is whole", await walk.RunAsync(0, "release", "verify", file));
        await walk.RunAsync(4, "release", "verify", file + ".none");
        Assert.Contains("2.0.0", await walk.RunAsync(0, "release", "list", "markdown", "--newest", "500"));
        await walk.RunAsync(0, "completion", "bash");
    }

    private async Task LookingAsync(Walk walk)
    {
        await walk.RunAsync(0, "component", "list");
        await walk.RunAsync(0, "component", "show", "markdown");
        await walk.RunAsync(0, "component", "history", "markdown", "--newest", "5");
        await walk.RunAsync(0, "component", "path", "markdown", "1.0.0");
        await walk.RunAsync(
            0, "component", "set", "markdown", "--criticality", "High", "--label", "team=web", "--unlabel", "none", "--hot-swappable", "true", "--pin", "[1.0.0,3.0.0)", "--block", "[1.5.0]", "--why", "it sells");
        await walk.RunAsync(0, "component", "set", "markdown", "--unpin", "--unblock", "[1.5.0]");
        await walk.RunAsync(0, "upgrade", "list", "--newest", "5", "--before", "100", "--server", _line.Server.Address.ToString(), "--token-file", _line.TokenFile, "--json");
        await walk.RunAsync(3, "upgrade", "list", "--server", "http://127.0.0.1:9");
        await walk.RunAsync(4, "upgrade", "status", "last");
    }

    private async Task UpgradesAsync(Walk walk)
    {
        string[] request = ["markdown=2.0.0", "--strategy", "Immediate", "--set", "observe=0s", "--setting", "markdown:Colour=blue", "--node", "node1", "--on-failure", "Freeze", "--needs-approval", "--reason", "try it"];
        Assert.Contains("It is possible.", await walk.RunAsync(0, ["upgrade", "plan", .. request]));
        await walk.RunAsync(0, ["upgrade", "start", .. request, "--key", "first"]);
        await walk.BeginAndEndAsync(130, "upgrade", "watch", "last");
        var digest = (await WaitAsync(one => one.State == UpgradeState.AwaitingApproval)).Plan!.Digest;
        string[] approve = ["upgrade", "approve", "last", "--digest", digest, "--why", "looked at it"];
        await walk.RunAsync(10, approve);
        _line.Environment["THESEUS_TOKEN"] = await _line.TokenAsync(AccessRole.Approver);
        await walk.RunAsync(0, approve);
        _line.Environment.Remove("THESEUS_TOKEN");
        await walk.RunAsync(0, "upgrade", "watch", "last");
        Assert.Contains("try it", await walk.RunAsync(0, "upgrade", "status", "last"));
        var (kept, picture) = (Path.Combine(_folder, "judgement.json"), Path.Combine(_folder, "judgement.svg"));
        Assert.Contains("Wave 1 of 1", await walk.RunAsync(0, "upgrade", "explain", "last", "--save", kept, "--picture", picture));
        Assert.Contains("Wave 1 of 1", await walk.RunAsync(0, "replay", kept, "--set", "worseMedian=1.5", "--picture", picture));
        await walk.RunAsync(4, "replay", Path.Combine(_folder, "none-such"));
        await walk.RunAsync(5, "replay", picture);
        Assert.NotEmpty(await walk.RunAsync(0, "component", "rollback-points", "markdown"));
        Assert.Contains("Completed", await walk.RunAsync(0, "history"));

        await walk.RunAsync(0, "upgrade", "rollback", "last", "--state", "OfNow", "--why", "not today");
        await walk.RunAsync(0, "upgrade", "watch", "last");

        await walk.RunAsync(0, "upgrade", "start", "markdown=2.0.0", "--set", "observe=1h");
        foreach (var order in new[] { "pause", "resume", "promote" })
        {
            await WaitAsync(one => one.Phase == WavePhase.Observing || one.State == UpgradeState.Paused);
            if (order == "promote")
            {
                await WaitAsync(one => one.Phase == WavePhase.Observing && one.State == UpgradeState.InProgress);
            }

            await walk.RunAsync(0, "upgrade", order, "last", "--why", "a look");
        }

        await walk.RunAsync(0, "upgrade", "watch", "last");
        await walk.RunAsync(0, "upgrade", "start", "markdown=1.0.0", "--needs-approval");
        await WaitAsync(one => one.State == UpgradeState.AwaitingApproval);
        await walk.RunAsync(0, "upgrade", "cancel", "last", "--why", "not now");
        await walk.RunAsync(6, "upgrade", "watch", "last");
    }

    private async Task GoingBackAsync(Walk walk)
    {
        await walk.RunAsync(0, "stop-the-line", "--why", "smoke");
        await walk.RunAsync(5, "upgrade", "start", "markdown=1.0.0", "--watch");
        await walk.RunAsync(0, "emergency-rollback", "--all", "--why", "smoke", "--key", "out");
        await walk.RunAsync(0, "upgrade", "watch", "last");
        await walk.RunAsync(0, "restart-the-line", "--why", "put out");

        // Some node was not there in time: by the store, since no node here can be away for as long as that takes.
        await using var store = await ControlStore.OpenAsync(_line.Database, null, default);
        var upgrade = (await store.Upgrades.ReadNewestAsync(null, 1, default))[0] with { Id = "away", State = UpgradeState.Pending, Revision = 0 };
        upgrade = await store.Upgrades.AddAsync(upgrade with { Request = upgrade.Request with { Key = null, Targets = [new("elsewhere", "1.0.0")] } }, Entry(), default);
        await store.Upgrades.UpdateAsync(upgrade with { Revision = upgrade.Revision + 1, State = UpgradeState.RollbackFailed }, Entry(), [], default);
        await walk.RunAsync(9, "upgrade", "watch", "away");

        static AuditEntry Entry() => new(DateTimeOffset.UnixEpoch, "test", "away", "a", "b", "It is away.");
    }

    private async Task TasksAsync(Walk walk)
    {
        var payload = Path.Combine(_folder, "payload");
        await File.WriteAllTextAsync(payload, "text");
        string[] start = ["task", "start", "upper", "--spread", "group", "--when-gone", "End", "--priority", "3", "--deadline", "5", "--expires-after", "60", "--attempts", "2", "--key", "monday"];
        await walk.RunAsync(0, [.. start, "--payload-file", payload, "--node", "node1"]);
        await walk.RunAsync(5, "task", "start", "upper", "--payload", "text", "--label", "line=7");
        var id = JsonNode.Parse(await walk.RunAsync(0, [.. start, "--payload-file", payload, "--node", "node1", "--json"]))!["id"]!.GetValue<string>();
        await _line.Server.ControlPlane.Tasks.WaitForEndAsync(id, default).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Contains("TEXT", await walk.RunAsync(0, "task", "show", id));
        Assert.Contains(id, await walk.RunAsync(0, "task", "list", "--state", "Completed", "--kind", "upper", "--node", "node1", "--newest", "5", "--before", "1000"));
        await walk.RunAsync(0, "task", "dead-letters", "--newest", "5", "--before", "1000");
        await walk.RunAsync(0, "task", "statistics");
        await walk.RunAsync(5, "task", "cancel", id, "--why", "not now");
        await walk.RunAsync(5, "task", "requeue", id, "--why", "once more");
        await walk.RunAsync(4, "task", "show", "none");
    }

    private static async Task NodesAsync(Walk walk)
    {
        await walk.RunAsync(0, "node", "add", "edge-9", "--domain", "hall-2", "--label", "line=7", "--why", "monday");
        Assert.Contains("node1", await walk.RunAsync(0, "nodes"));
        await walk.RunAsync(0, "node", "list");
        await walk.RunAsync(0, "node", "drain", "node1", "--why", "new disks");
        await walk.RunAsync(0, "node", "undrain", "node1", "--why", "they are in");
        await walk.RunAsync(5, "node", "remove", "node1");
        await walk.RunAsync(0, "node", "remove", "node1", "--force", "--why", "sold");
        await walk.RunAsync(4, "node", "remove", "node1");
    }

    private static async Task TokensAsync(Walk walk)
    {
        var made = (await walk.RunAsync(0, "token", "create", "ci", "--role", "Viewer", "--days", "7", "--key", "ci")).Trim();
        Assert.Contains("ci", await walk.RunAsync(0, "token", "list"));
        await walk.RunAsync(0, "token", "revoke", made.Split('_')[1]);
    }

    private async Task AlertsAsync(Walk walk)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (_line.Server.ControlPlane.Monitor.Alerts.All(one => one.Rule != "any-node"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }

        var alert = _line.Server.ControlPlane.Monitor.Alerts.First(one => one.Rule == "any-node");
        Assert.Contains("any-node", await walk.RunAsync(0, "alert", "list"));
        await walk.RunAsync(0, "alert", "list", "--all");
        Assert.Contains("There is a node.", await walk.RunAsync(0, "alert", "show", alert.Id));
        await walk.RunAsync(0, "alert", "acknowledge", alert.Id, "--why", "seen");
        await walk.RunAsync(4, "alert", "show", "none");
        Assert.Contains("any-node", await walk.RunAsync(0, "alert", "rules"));
        Assert.Contains("nodes.alive", await walk.RunAsync(0, "metric", "list"));
        await walk.RunAsync(0, "metric", "show", "component.calls", "--of", "markdown", "--window", "60");
        await walk.RunAsync(4, "metric", "show", "none");
    }

    private async Task ProcessesAsync(Walk walk)
    {
        var (certificate, fleet, agent) = (Path.Combine(_folder, "server.pem"), Path.Combine(_folder, "fleet.json"), Path.Combine(_folder, "agent.json"));
        using (var key = ECDsa.Create())
        {
            using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
            await File.WriteAllTextAsync(certificate, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        }

        // The broker may be away when it starts, as this one is.
        await File.WriteAllTextAsync(Path.Combine(_folder, "broker"), "secret");
        await File.WriteAllTextAsync(fleet, new JsonObject { ["User"] = "control", ["PasswordFile"] = Path.Combine(_folder, "broker") }.ToJsonString());
        var monitor = Path.Combine(_folder, "monitor.json");
        await File.WriteAllTextAsync(monitor, """{ "without": ["upgrade-still"] }""");
        Assert.Contains("https://", await walk.BeginAndEndAsync(
            0, "serve", "--monitor-config", monitor, "--prometheus", "http://127.0.0.1:9", "--data", Path.Combine(_folder, "data"), "--store", Path.Combine(_folder, "other.db"), "--fleet", "amqp://127.0.0.1:9", "--fleet-config", fleet, "--address", "https://127.0.0.1:0", "--certificate", certificate, "--feed", _folder, "--verbose"));
        await walk.RunAsync(2, "serve", "--data", Path.Combine(_folder, "data"), "--address", "http://0.0.0.0:0");
        await walk.BeginAndEndAsync(0, "serve", "--data", Path.Combine(_folder, "open"), "--address", "http://0.0.0.0:0", "--allow-insecure");
        await File.WriteAllTextAsync(Path.Combine(_folder, "damaged.db"), new string('x', 5000));
        await walk.RunAsync(5, "serve", "--data", Path.Combine(_folder, "data"), "--store", Path.Combine(_folder, "damaged.db"));
        // How one with components runs is AgentLaws'.
        await File.WriteAllTextAsync(agent, "{ }");
        await walk.RunAsync(2, "agent", "--config", agent, "--verbose");
    }

    private async Task AuditAsync(Walk walk)
    {
        await walk.RunAsync(0, "audit", "list", "--subject", "line", "--newest", "5", "--before", "1000");
        var hash = JsonNode.Parse(await walk.RunAsync(0, "audit", "verify", "--json"))!["hash"]!.GetValue<string>();
        await walk.RunAsync(0, "audit", "verify", "--known-hash", hash);
        await using (var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _line.Database, Pooling = false }.ToString()))
        {
            await other.OpenAsync();
            await using var meddling = other.CreateCommand();
            meddling.CommandText = "DELETE FROM audit WHERE sequence = 2";
            await meddling.ExecuteNonQueryAsync();
        }

        await walk.RunAsync(11, "audit", "verify");
    }

    private async Task<UpgradeRecord> WaitAsync(Func<UpgradeRecord, bool> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var upgrades = _line.Server.ControlPlane.Upgrades;
        await foreach (var change in upgrades.WatchAsync((await upgrades.GetHistoryAsync(null, 1, deadline.Token))[0].Id, deadline.Token))
        {
            if (holds(change))
            {
                return change;
            }
        }

        throw new InvalidOperationException("It ended without.");
    }
}
