using System.Text.Json.Nodes;
using Theseus.Samples;
using Theseus.Servers;

namespace Theseus.Cli.Tests.Telemetry;

/// <summary>What <c>theseus serve</c> and <c>theseus agent</c> send by OTLP, as a receiver sees it.</summary>
public sealed class OtlpLaws : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-otlp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AnUpgradeIsOneTraceOverControlPlaneAndNodeWithLogsInItAndBothTellTheirFigures()
    {
        Assert.SkipWhen(RabbitServer.Missing is not null, RabbitServer.Missing ?? "");
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var broker = await RabbitServer.StartNewAsync();
        var host = await broker.Administration.CreateVirtualHostAsync();
        var environment = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["THESEUS_FLEET_PASSWORD"] = host.Password,
        };
        await WriteAgentAsync(broker, host);
        await using var server = ToolProcess.Start(
            _folder, environment, "serve", "--address", "http://127.0.0.1:0", "--feed", ControlLine.Releases, "--fleet", $"amqp://{Uri.EscapeDataString(host.User)}@127.0.0.1:{broker.Port}/{Uri.EscapeDataString(host.Name)}");
        var address = (await server.ReadLineAsync()).Split(' ').First(word => word.StartsWith("http", StringComparison.Ordinal)).TrimEnd('.');
        await using var agent = ToolProcess.Start(_folder, environment, "agent", "--config", "agent.json");
        Assert.StartsWith("The node 'edge-1' runs markdown 1.0.0.", await agent.ReadLineAsync());

        using var deadline = new CancellationTokenSource(ToolProcess.Deadline);
        while ((await RunAsync("component", "show", "markdown", "--server", address)).Code != 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, deadline.Token);
        }

        var (code, text, error) = await RunAsync("upgrade", "start", "markdown=2.0.0", "--strategy", "Immediate", "--set", "observe=0s", "--watch", "--server", address);
        Assert.True(code == 0, text + error);
        var id = JsonNode.Parse((await RunAsync("upgrade", "status", "last", "--json", "--server", address)).Out)!["id"]!.GetValue<string>();
        var (ended, _, problems) = await agent.StopAsync();
        Assert.True(ended == 0, problems);
        (ended, _, problems) = await server.StopAsync();
        Assert.True(ended == 0, problems);

        var first = Assert.Single(receiver.Spans, span => span.Name == "theseus.upgrade");
        Assert.Equal(("theseus-serve", id, "markdown 2.0.0"), (first.Service, first.Tags["theseus.upgrade"], first.Tags["theseus.components"]));
        var below = receiver.Spans.Where(span => span.Trace == first.Trace && span != first).ToList();
        Assert.All(below, span => Assert.Equal(first.Id, span.Parent));
        Assert.Contains(below, span => span is { Service: "theseus-serve", Name: "theseus.upgrade.confirming" });
        Assert.Contains(below, span => span is { Service: "theseus-agent", Instance: "edge-1", Name: "theseus.node.activate" } && span.Tags["theseus.release"] == "2.0.0");
        var activating = Assert.Single(below, span => span.Name == "theseus.upgrade.activating");
        Assert.Contains(receiver.Logs, log => log.Service == "theseus-serve" && log.Text.Contains(id, StringComparison.Ordinal) && (log.Trace, log.Span) == (first.Trace, activating.Id));
        Assert.Contains(receiver.Logs, log => log.Service == "theseus-agent");
        Assert.Contains(receiver.Points, point => point is { Service: "theseus-serve", Meter: "Theseus.Fleet", Name: "theseus.nodes.alive", Value: 1 });
        Assert.Contains(receiver.Points, point => point is { Service: "theseus-serve", Name: "theseus.node.working-set", Unit: "By", Value: > 1e6 } && point.Tags["theseus.node"] == "edge-1");
        Assert.Contains(receiver.Points, point => point is { Service: "theseus-agent", Meter: "System.Runtime" });
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "is no address")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://127.0.0.1", "is no address")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "grpc, http/protobuf")]
    public async Task AVariableThatCannotBeUsedIsToldByItsNameBeforeAnythingIsStarted(string name, string value, string problem)
    {
        await using var server = ToolProcess.Start(_folder, new Dictionary<string, string?> { [name] = value }, "serve", "--address", "http://127.0.0.1:0");

        var (code, _, error) = await server.EndAsync();

        Assert.Equal(2, code);
        Assert.Contains(name, error);
        Assert.Contains(problem, error);
        Assert.False(Directory.Exists(Path.Combine(_folder, ".theseus-control")));
    }

    [Fact]
    public async Task ItServesAndEndsWhileTheReceiverIsAwayAndSendsNothingThatIsNotWanted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is asked to end by a signal of Unix.");
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var server = ToolProcess.Start(
            _folder,
            new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
                ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = $"{receiver.Address}/v1/metrics",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
                ["OTEL_METRICS_EXPORTER"] = "none",
                ["OTEL_SERVICE_NAME"] = "ours",
            },
            "serve", "--address", "http://127.0.0.1:0");
        Assert.StartsWith("A control plane serves at ", await server.ReadLineAsync());

        var (code, _, error) = await server.StopAsync();

        Assert.True(code == 0, error);
        Assert.Empty(receiver.Points);
    }

    private async Task WriteAgentAsync(RabbitServer broker, RabbitVirtualHost host) => await File.WriteAllTextAsync(
        Path.Combine(_folder, "agent.json"),
        new JsonObject
        {
            ["Theseus"] = new JsonObject
            {
                ["DataFolder"] = "data",
                ["Feeds"] = new JsonArray(ControlLine.Releases),
                ["Node"] = new JsonObject { ["Name"] = "edge-1", ["Heartbeat"] = "00:00:00.5" },
                ["RabbitMq"] = new JsonObject { ["Host"] = "127.0.0.1", ["Port"] = broker.Port, ["VirtualHost"] = host.Name, ["User"] = host.User, ["Password"] = host.Password },
                ["Components"] = new JsonObject { ["markdown"] = new JsonObject { ["InitialVersion"] = "[1.0.0]" } },
            },
            ["Agent"] = new JsonObject
            {
                ["Components"] = new JsonObject { ["markdown"] = new JsonObject { ["Contract"] = typeof(IMarkdownRenderer).FullName, ["Assembly"] = typeof(IMarkdownRenderer).Assembly.Location } },
            },
        }.ToJsonString());

    private async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        await using var tool = ToolProcess.Start(_folder, new Dictionary<string, string?>(), args);
        return await tool.EndAsync();
    }
}
