using System.Text.Json.Nodes;
using Theseus.Samples;

namespace Theseus.Cli.Tests;

/// <summary><c>theseus agent</c> as those who run it have it: a process that its configuration says all of.</summary>
public sealed class AgentLaws : IDisposable
{
    private static readonly string s_releases = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases"));

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-agent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ItRunsItsComponentsWhileTheBrokerIsAwayAndEndsWhenItIsAskedTo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is asked to end by a signal of Unix.");
        await WriteAsync(Configuration());
        await using var agent = Start("agent", "--config", "config/agent.json");

        Assert.Equal("The node 'edge-1' runs markdown 1.0.0. Ctrl+C ends it.", await agent.ReadLineAsync());

        // The data folder stands relative to the configuration's.
        await using var asked = Start("status", "--host", "config/data", "--json");
        var (code, status, error) = await asked.EndAsync();
        Assert.True(code == 0, error);
        Assert.Contains("1.0.0", status);
        var (ended, _, problems) = await agent.StopAsync();
        Assert.True(ended == 0, problems);
        Assert.DoesNotContain("guess me", problems);
    }

    [Fact]
    public async Task WhatTheEnvironmentSaysComesAfterTheFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is asked to end by a signal of Unix.");
        await WriteAsync(Configuration());
        await using var agent = ToolProcess.Start(_folder, new Dictionary<string, string?> { ["Theseus__Node__Name"] = "edge-2", ["Theseus__Components__markdown__InitialVersion"] = "[2.0.0]" }, "agent", "--config", "config/agent.json");

        Assert.Equal("The node 'edge-2' runs markdown 2.0.0. Ctrl+C ends it.", await agent.ReadLineAsync());
        await agent.StopAsync();
    }

    [Fact]
    public async Task EveryMistakeInWhatItIsToRunIsToldAtOnce()
    {
        var configuration = Configuration();
        configuration["Agent"]!["Components"] = new JsonObject
        {
            ["gone"] = new JsonObject { ["Contract"] = "A.B", ["Assembly"] = "nowhere.dll" },
            ["broken"] = new JsonObject { ["Contract"] = "A.B", ["Assembly"] = "agent.json" },
            ["other"] = new JsonObject { ["Contract"] = "Theseus.Samples.INothing", ["Assembly"] = typeof(IMarkdownRenderer).Assembly.Location },
        };

        var problem = await FailAsync(2, configuration);

        Assert.Contains("Agent:Components:gone: There is no file", problem);
        Assert.Contains("Agent:Components:broken: ", problem);
        Assert.Contains("is not a .NET assembly", problem);
        Assert.Contains("has no interface 'Theseus.Samples.INothing'. Its contracts are: Theseus.Samples.IMarkdownRenderer", problem);
    }

    [Fact]
    public async Task WhatIsMissingOrMisspeltIsToldWithItsPlace()
    {
        var configuration = Configuration();
        configuration["Agent"]!["Components"]!["markdown"] = new JsonObject { ["Contrakt"] = "x" };
        configuration["Agent"]!["Component"] = new JsonObject();
        var problem = await FailAsync(2, configuration);
        Assert.Contains("Agent:Component is not a key", problem);
        Assert.Contains("Agent:Components:markdown:Contrakt is not a key", problem);
        Assert.Contains("Agent:Components:markdown:Contract is missing", problem);
        Assert.Contains("Agent:Components:markdown:Assembly is missing", problem);

        configuration = Configuration();
        configuration["Thesus"] = new JsonObject { ["DataFolder"] = "data" };
        Assert.Contains("has a section 'Thesus'", await FailAsync(2, configuration));

        configuration = Configuration();
        configuration["Agent"] = new JsonObject();
        Assert.Contains("names no component", await FailAsync(2, configuration));

        configuration = Configuration();
        configuration["Theseus"]!["Node"] = new JsonObject { ["Name"] = " ", ["Heartbeat"] = "00:00:00" };
        problem = await FailAsync(2, configuration);
        Assert.Contains("Theseus:Node:Name", problem);
        Assert.Contains("Theseus:Node:Heartbeat", problem);

        configuration = Configuration();
        configuration["Theseus"]!["RabbitMq"] = new JsonObject { ["Host"] = "broker.example.org", ["Usr"] = "x", ["Port"] = "many" };
        problem = await FailAsync(2, configuration);
        Assert.Contains("Theseus:RabbitMq:Usr is not a key", problem);
        Assert.Contains("Theseus:RabbitMq:Port cannot be read", problem);
    }

    [Fact]
    public async Task AFileThatCannotBeReadIsToldByItsName()
    {
        await using var missing = Start("agent", "--config", "none.json");
        var (code, _, error) = await missing.EndAsync();
        Assert.Equal(2, code);
        Assert.Contains("none.json'. Write one", error);

        await File.WriteAllTextAsync(Path.Combine(_folder, "half.json"), "{ \"Theseus\": ", TestContext.Current.CancellationToken);
        await using var half = Start("agent", "--config", "half.json");
        (code, _, error) = await half.EndAsync();
        Assert.Equal(2, code);
        Assert.Contains("half.json' is not JSON", error);
    }

    [Fact]
    public async Task AComponentThatNoFeedHasIsToldAndTheCodeIsThatOfARefusal()
    {
        var configuration = Configuration();
        configuration["Theseus"]!["Feeds"] = new JsonArray("empty");
        Directory.CreateDirectory(Path.Combine(_folder, "config", "empty"));

        Assert.Contains("'markdown'", await FailAsync(5, configuration));
    }

    private JsonObject Configuration() => new()
    {
        ["Theseus"] = new JsonObject
        {
            ["DataFolder"] = "data",
            ["Feeds"] = new JsonArray(s_releases),
            ["Node"] = new JsonObject { ["Name"] = "edge-1" },
            // Nobody listens there.
            ["RabbitMq"] = new JsonObject { ["Host"] = "127.0.0.1", ["Port"] = 1, ["User"] = "edge-1", ["Password"] = "guess me" },
            ["Components"] = new JsonObject { ["markdown"] = new JsonObject { ["InitialVersion"] = "[1.0.0]" } },
        },
        ["Agent"] = new JsonObject
        {
            ["Components"] = new JsonObject
            {
                ["markdown"] = new JsonObject { ["Contract"] = typeof(IMarkdownRenderer).FullName, ["Assembly"] = typeof(IMarkdownRenderer).Assembly.Location },
            },
        },
    };

    private async Task WriteAsync(JsonObject configuration)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "config"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "config", "agent.json"), configuration.ToJsonString(), TestContext.Current.CancellationToken);
    }

    private async Task<string> FailAsync(int expected, JsonObject configuration)
    {
        await WriteAsync(configuration);
        await using var agent = Start("agent", "--config", "config/agent.json");
        var (code, output, error) = await agent.EndAsync();
        Assert.True(code == expected, $"{code}: {output}{error}");
        Assert.DoesNotContain("guess me", error);
        return error;
    }

    private ToolProcess Start(params string[] args) => ToolProcess.Start(_folder, new Dictionary<string, string?>(), args);
}
