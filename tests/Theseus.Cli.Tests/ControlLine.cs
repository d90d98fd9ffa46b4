using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;
using Theseus.Control;
using Theseus.Control.Monitoring;
using Theseus.Fleet;
using Theseus.Runtime;
using Theseus.Samples;
using Theseus.Server;

namespace Theseus.Cli.Tests;

/// <summary>The command line before a real control plane on a free port of this machine, with one real node.</summary>
internal sealed class ControlLine : IAsyncDisposable
{
    public static readonly string Releases = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases"));

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-").FullName;
    private readonly InProcessChannel _channel = new();
    private IHost _node = null!;

    public TheseusServer Server { get; private set; } = null!;

    public Dictionary<string, string> Environment { get; } = [];

    public string Database => Path.Combine(_folder, "control", "theseus.db");

    public string TokenFile => Path.Combine(_folder, "control", TokenIssuer.FirstTokenFile);

    public IMarkdownRenderer Renderer => _node.Services.GetRequiredService<IMarkdownRenderer>();

    public static async Task<ControlLine> StartAsync()
    {
        var line = new ControlLine();
        var options = new TheseusServerOptions { Address = "http://127.0.0.1:0" };
        options.ControlPlane.DataFolder = Path.Combine(line._folder, "control");
        options.ControlPlane.DiscoveryInterval = TimeSpan.FromMilliseconds(50);
        options.ControlPlane.Feeds.Add(Releases);
        options.ControlPlane.Monitor.Interval = TimeSpan.FromMilliseconds(200);
        options.ControlPlane.Monitor.Rules.Add(new() { Name = "any-node", Metric = "nodes.alive", Aggregate = AlertAggregate.Last, Window = TimeSpan.Zero, Threshold = 0, Text = "There is a node." });
        line.Server = await TheseusServer.StartAsync(options, line._channel, time: null, NullLoggerFactory.Instance, CancellationToken.None);
        line.Environment["THESEUS_SERVER"] = line.Server.Address.ToString();
        line.Environment["THESEUS_TOKEN_FILE"] = line.TokenFile;

        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = Directory.CreateDirectory(Path.Combine(line._folder, "node")).FullName });
        builder.AddTheseus(theseus =>
            {
                theseus.Feeds.Add(Releases);
                theseus.OperatorEndpoint = false;
            })
            .AddComponent<IMarkdownRenderer>("markdown", component =>
            {
                component.InitialVersion = "[1.0.0]";
                component.Swap = new SwapOptions { Loading = LoadingMode.Collectible, WarmUp = new() { Rounds = 1, LongestSettling = TimeSpan.Zero }, RestBeforeStop = TimeSpan.Zero };
            })
            .AddTaskHandler("upper", (attempt, _) => Task.FromResult(attempt.Payload.ToUpperInvariant()))
            .AddTaskHandler("fail", (_, _) => throw new InvalidOperationException("the disk is full"))
            .JoinFleet(line._channel.Connect("node1"), node => (node.Name, node.Heartbeat) = ("node1", TimeSpan.FromMilliseconds(200)));
        line._node = builder.Build();
        await line._node.StartAsync();
        using var deadline = new CancellationTokenSource(s_deadline);
        await line.Server.ControlPlane.Components.WaitForAsync("markdown", found => found is { Lifecycle: ComponentLifecycle.Active }, deadline.Token);
        return line;
    }

    /// <summary>Runs the command.</summary>
    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var surroundings = new Surroundings(Console(output), Console(errors), name => Environment.GetValueOrDefault(name), TimeProvider.System);
        var code = await new TheseusCommand(surroundings).RunAsync(args).WaitAsync(s_deadline);
        return (code, output.ToString(), errors.ToString());
    }

    public async Task<string> TokenAsync(AccessRole role) =>
        (await new TokenIssuer(Server.ControlPlane).IssueAsync(role.ToString(), role, null, "test", CancellationToken.None)).Text;

    public async ValueTask DisposeAsync()
    {
        await _node.StopAsync();
        _node.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static IAnsiConsole Console(StringWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 4096;
        return console;
    }
}
