using System.Diagnostics;
using System.Globalization;

namespace Theseus.Chaos.Tests;

/// <summary>A fleet of processes on this machine, as <c>eng/fleet</c> starts it: PostgreSQL, RabbitMQ, two control planes and nodes.</summary>
internal sealed class ProcessFleet : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    private ProcessFleet(string folder, int nodes)
    {
        Folder = folder;
        NodeNames = [.. Enumerable.Range(1, nodes).Select(i => $"node{i}")];
    }

    public static IReadOnlyList<string> ControlPlanes { get; } = ["control1", "control2"];

    public IReadOnlyList<string> NodeNames { get; }

    public string Folder { get; }

    public string Token => File.ReadAllText(Path.Combine(Folder, "secrets", "admin.token")).Trim();

    /// <summary>How to look into its database.</summary>
    public string Database
    {
        get
        {
            var parts = File.ReadAllText(Path.Combine(Folder, "secrets", "pgpass")).Trim().Split(':');
            return $"Host={parts[0]};Port={parts[1]};Database={parts[2]};Username={parts[3]};Password={parts[4]};Pooling=false;Timeout=5;Command Timeout=10";
        }
    }

    public static async Task<ProcessFleet> StartAsync(int nodes)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-chaos-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // Where we are root, the servers run as somebody else, who has to get there.
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        var fleet = new ProcessFleet(folder, nodes);
        try
        {
            await fleet.StartMissingAsync();
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts what does not run, and waits until both control planes know every node.</summary>
    public Task StartMissingAsync() =>
        RunAsync("start", "--no-build", "--nodes", NodeNames.Count.ToString(CultureInfo.InvariantCulture), "--program", $"dotnet '{Artifact("FleetNode", "FleetNode.dll")}'", "--feed", Releases);

    /// <summary>Sends a signal to one of its processes and, where it has some that work for it, to those.</summary>
    public async Task SignalAsync(string name, string signal)
    {
        var process = (await File.ReadAllLinesAsync(Path.Combine(Folder, "pids", name)))[0];
        string[] all = [process, .. Children(process)];
        using var kill = Process.Start("kill", [$"-{signal}", .. all]);
        await kill.WaitForExitAsync().WaitAsync(s_deadline);
    }

    /// <summary>Starts one more process that goes by a node's name, in the same environment but for its data.</summary>
    public async Task<Process> StartTwinAsync(string node)
    {
        var first = (await File.ReadAllLinesAsync(Path.Combine(Folder, "pids", node)))[0];
        var start = new ProcessStartInfo("dotnet", [Artifact("FleetNode", "FleetNode.dll")]);
        start.Environment.Clear();
        foreach (var variable in (await File.ReadAllTextAsync($"/proc/{first}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=', 2)))
        {
            start.Environment[variable[0]] = variable[1];
        }

        start.Environment["Theseus__DataFolder"] = Path.Combine(Folder, "nodes", $"{node}-twin", "data");
        Directory.CreateDirectory(start.Environment["Theseus__DataFolder"]!);
        return Process.Start(start)!;
    }

    /// <summary>The control plane whose name among those that drive is this.</summary>
    public string ControlPlaneOf(string owner) =>
        ControlPlanes.Single(name => owner.EndsWith("/" + File.ReadAllText(Path.Combine(Folder, name, "replica")).Trim(), StringComparison.Ordinal));

    public Uri AddressOf(string controlPlane) => new(File.ReadLines(Path.Combine(Folder, "addresses")).Single(line => line.StartsWith($"{controlPlane} ", StringComparison.Ordinal)).Split(' ')[1]);

    public string JournalOf(string node) => Path.Combine(Folder, "nodes", node, "data.journal");

    public string LogOf(string name) => File.ReadAllText(Path.Combine(Folder, "logs", $"{name}.log"));

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop");
        Directory.Delete(Folder, recursive: true);
    }

    private static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Theseus.slnx")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository's root was not found above the tests.");
            }

            return folder;
        }
    }

    private static string Releases => Path.Combine(Root, "artifacts", "releases");

    private static string Artifact(string project, string file) => Path.Combine(Root, "artifacts", "bin", project, "release", file);

    private static IEnumerable<string> Children(string process)
    {
        using var look = Process.Start(new ProcessStartInfo("pgrep", ["-P", process]) { RedirectStandardOutput = true })!;
        var found = look.StandardOutput.ReadToEnd();
        look.WaitForExit();
        return found.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "eng", "fleet"), [arguments[0], "--folder", Folder, .. arguments[1..]]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(s_deadline);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"eng/fleet {arguments[0]} ended with {process.ExitCode}:\n{await output}{await errors}");
        }
    }
}
