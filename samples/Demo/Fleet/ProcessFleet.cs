using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Theseus.Control.Upgrades;

namespace Theseus.Demo.Fleet;

/// <summary>The demo's service over real processes: five nodes and two control planes, PostgreSQL and RabbitMQ, by <c>eng/fleet</c>.</summary>
internal sealed class ProcessFleet : IDemoFleet
{
    /// <summary>What starts, in words.</summary>
    public static readonly string What = $"PostgreSQL, RabbitMQ, 2 control planes and {DemoFleet.Nodes} nodes, each a process of its own";

    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_longestStop = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan s_longestSearch = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly string s_script = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "eng", "fleet"));

    private readonly FleetFolder _folder;
    private readonly ControlPlanes _planes;
    private readonly IReadOnlyList<HttpClient> _nodes;
    private readonly TimeProvider _time;

    private ProcessFleet(FleetFolder folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        Addresses = folder.AddressesOf(FleetFolder.Node);
        _nodes = [.. Addresses.Select(address => new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) })];
        _planes = new ControlPlanes(folder.AddressesOf(FleetFolder.ControlPlane), folder.Token, time);
    }

    public IReadOnlyList<Uri> Addresses { get; }

    public IReadOnlyList<FleetPart> Parts => _folder.Parts;

    /// <exception cref="FleetException">It could not be started; the message says why.</exception>
    public static async Task<ProcessFleet> StartAsync(string releases, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = new FleetFolder(Directory.CreateTempSubdirectory("theseus-demo-").FullName);
        try
        {
            await RunAsync(folder.Path, s_longestStart, time, cancellationToken, "start", "--no-build", "--nodes", DemoFleet.Nodes.ToString(CultureInfo.InvariantCulture), "--feed", Path.GetFullPath(releases));
            return new ProcessFleet(folder, time);
        }
        catch
        {
            await StopAsync(folder.Path, time);
            throw;
        }
    }

    public IAsyncEnumerable<UpgradeRecord> UpgradeAsync(UpgradeRequest request, CancellationToken cancellationToken) => _planes.UpgradeAsync(request, cancellationToken);

    public async Task<IReadOnlyList<NodeStanding>> LookAsync(string component, CancellationToken cancellationToken) =>
        await Task.WhenAll(_nodes.Select(async node => (await node.GetFromJsonAsync<NodeStanding>(new Uri($"demo/standing/{component}", UriKind.Relative), cancellationToken))!));

    public async Task<IReadOnlyDictionary<string, long>> ReadGrantedAsync(CancellationToken cancellationToken)
    {
        var counts = await Task.WhenAll(_nodes.Select(async node => (await node.GetFromJsonAsync<Dictionary<string, long>>(new Uri("demo/counts", UriKind.Relative), cancellationToken))!));
        return counts.SelectMany(one => one).GroupBy(one => one.Key, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Sum(one => one.Value), StringComparer.Ordinal);
    }

    public bool CanLoseAControlPlane => true;

    public async Task<KilledDriver> KillDriverAsync(UpgradeRecord upgrade, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_longestSearch, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        KilledDriver? driver;
        while ((driver = await _folder.FindDriverAsync(upgrade.Id, either.Token)) is null)
        {
            await Task.Delay(s_look, _time, either.Token);
        }

        // On Unix this is SIGKILL: it writes nothing down, and gives nothing back.
        using var process = Process.GetProcessById(_folder.ProcessOf(driver.Name));
        process.Kill();
        return driver;
    }

    public async ValueTask DisposeAsync()
    {
        _planes.Dispose();
        foreach (var node in _nodes)
        {
            node.Dispose();
        }

        await StopAsync(_folder.Path, _time);
    }

    private static async Task StopAsync(string folder, TimeProvider time)
    {
        await RunAsync(folder, s_longestStop, time, CancellationToken.None, "stop");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task RunAsync(string folder, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken, params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        // Its output goes to a file: whatever it starts outlives it, and would keep a pipe open.
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "exec \"$@\" >\"$0\" 2>&1", Path.Combine(folder, "fleet.log"), s_script, .. arguments, "--folder", folder]) { RedirectStandardInput = true })!;
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C reaches the script by itself; a second signal does no harm, and 'stop' ends what it leaves.
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new FleetException($"'eng/fleet {arguments[0]}' ended with {process.ExitCode}:\n{await File.ReadAllTextAsync(Path.Combine(folder, "fleet.log"), CancellationToken.None)}");
        }
    }
}

/// <summary>A fleet of processes could not be started or ended.</summary>
internal sealed class FleetException(string message) : Exception(message);
