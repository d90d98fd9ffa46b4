using System.Net;
using System.Net.Sockets;

namespace Theseus.Docs.Tests.Walking;

/// <summary>
/// A person who has cloned the repository, and follows the guides to a fleet in a folder beside it. Only the port is
/// another one. Made once for all of these guides: building the clone takes its time.
/// </summary>
public sealed class FleetProgram : IAsyncLifetime
{
    private const string PortOfPages = "8630";

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-fleet-").FullName;
    private readonly string _port = FreePort();
    private readonly Dictionary<string, string?> _environment;
    private Server? _server;

    public FleetProgram()
    {
        _environment = new()
        {
            ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName,
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            // Servers that outlive a command would keep its output open, and be left behind.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
        };
        Shell = new Shell(Path.Combine(_folder, "fleet"), _environment);
    }

    internal Shell Shell { get; }

    internal string Said => _server?.Said ?? "";

    public ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            Clone("src", "samples", "eng", "tests/fixtures");
        }

        return ValueTask.CompletedTask;
    }

    internal string OnThisPort(string text) => text.Replace(PortOfPages, _port, StringComparison.Ordinal);

    internal async Task WriteAsync(string path, string content)
    {
        // The page leaves the port to the default.
        var text = content.Replace("new TheseusServerOptions();", $"new TheseusServerOptions {{ Address = \"http://127.0.0.1:{_port}\" }};", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_folder, "fleet", path), text);
    }

    /// <summary>Starts what the page has in a terminal of its own.</summary>
    internal async Task ServeAsync(string command)
    {
        Assert.Null(_server);
        _server = await Server.StartAsync(Path.Combine(_folder, "fleet"), _environment, command.Split(' '), TimeSpan.FromMinutes(8));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Clone(params string[] folders)
    {
        var files = folders.SelectMany(folder => Repository.Files(folder, "*")).Concat(Directory.GetFiles(Repository.Root).Select(file => Path.GetFileName(file)));
        foreach (var file in files)
        {
            var copy = Path.Combine(_folder, "theseus", file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Repository.InRoot(file), copy);
        }
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
