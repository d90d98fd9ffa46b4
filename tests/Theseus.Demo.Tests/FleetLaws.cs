using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Theseus.Servers;
using Xunit;

namespace Theseus.Demo.Tests;

/// <summary>The demo over real processes, with PostgreSQL and RabbitMQ, as those who run it have it.</summary>
public sealed partial class FleetLaws : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(12);
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory.Replace("Theseus.Demo.Tests", "Theseus.Demo", StringComparison.Ordinal), "Theseus.Demo.dll");

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-demo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheActsEndAsTheyShouldOverProcessesThoughTheControlPlaneThatDrivesOneIsKilled()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Assert.SkipWhen(RabbitServer.Missing is not null, RabbitServer.Missing ?? "");
        var report = Path.Combine(_folder, "report.json");
        // Its fleets lie there, and nothing else does. Where we are root, the servers run as somebody else, who has to get there.
        var fleets = Directory.CreateDirectory(Path.Combine(_folder, "fleets")).FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        var start = new ProcessStartInfo("dotnet", [s_program, "--fleet", "--once", "--rate", "50", "--window", "2", "--report", report])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["TMPDIR"] = fleets },
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_deadline);

        var said = $"{await output}{await errors}";
        Assert.True(process.ExitCode == 0, said);
        // What it runs on is told, and where.
        Assert.Equal(
            ["postgres", "rabbitmq", "control1", "control2", "node1", "node2", "node3", "node4", "node5"],
            Part().Matches(said).Select(part => part.Groups["name"].Value));
        Assert.Equal(9, Part().Matches(said).Select(part => part.Groups["process"].Value).Distinct().Count());
        var acts = JsonNode.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken))!["acts"]!.AsArray();
        Assert.Equal(["Completed", "RolledBack", "Completed"], acts.Select(act => act!["outcome"]!.GetValue<string>()));
        Assert.All(acts, act => Assert.Equal(0, act!["failedCalls"]!.GetValue<long>()));
        Assert.Equal(0, acts[2]!["counts"]!["clientsThatDiffer"]!.GetValue<int>());
        var takeover = acts[2]!["takeover"]!;
        Assert.StartsWith("control", takeover["killed"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(takeover["goneOnAfterSeconds"]!.GetValue<double>() > 0);
        // Nothing of it is left, also on the disk.
        Assert.Empty(Directory.EnumerateDirectories(fleets, "theseus-demo-*"));
    }

    [GeneratedRegex(@"(?m)^  (?<name>\w+) +process (?<process>\d+) +(http://)?127\.0\.0\.1:\d+\r?$")]
    private static partial Regex Part();
}
