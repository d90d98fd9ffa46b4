namespace Theseus.Cli.Tests;

/// <summary>What <c>theseus serve</c> is told of the fleet's broker: by its command line, a file, and the environment.</summary>
public sealed class ServedFleetLaws : IDisposable
{
    private const string Secret = "guess-me";

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-serve-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--fleet amqp://control:guess-me@127.0.0.1/theseus", "", "", "environment variable THESEUS_FLEET")]
    [InlineData("--fleet http://127.0.0.1/", "", "", "RabbitMQ's address cannot be read")]
    [InlineData("--fleet amqp://control@127.0.0.1", "", "", "one of Password and PasswordFile")]
    [InlineData("--fleet amqp://127.0.0.1", "", "", "RabbitMq.User")]
    [InlineData("", "amqp://control:guess-me@broker.example.org", "", "use TLS (amqps://)")]
    [InlineData("", "amqp://control:guess-me@127.0.0.1", """{ "Tls": true }""", "Write amqps://")]
    [InlineData("", "", """{ "Usr": "control", "Prot": 1 }""", "Usr is not a key")]
    [InlineData("", "", """{ "User": "control", "Password": "guess-me", "SendTimeout": "soon" }""", "SendTimeout cannot be read; it is a time")]
    [InlineData("", "", """{ "User": "control", "Password": "guess-me", "Tls": { "CaFile": "/nowhere" } }""", "RabbitMq.Tls.CaFile is not there: '/nowhere'")]
    [InlineData("", "", "{ ", "cannot be used")]
    public async Task WhatCannotBeUsedIsToldBeforeAnythingIsStartedAndNoPasswordIsShown(string argument, string variable, string file, string problem)
    {
        var (code, output, error) = await RunAsync(argument, variable, file);

        Assert.Equal(2, code);
        Assert.Contains(problem, error);
        Assert.DoesNotContain(Secret, output + error);
        Assert.False(Directory.Exists(Path.Combine(_folder, ".theseus-control")));
    }

    [Fact]
    public async Task AFileThatIsNotThereIsTold()
    {
        await using var server = ToolProcess.Start(_folder, new Dictionary<string, string?>(), "serve", "--address", "http://127.0.0.1:0", "--fleet-config", "none.json");

        var (code, _, error) = await server.EndAsync();

        Assert.Equal(5, code);
        Assert.Contains("none.json", error);
    }

    [Theory]
    [InlineData("", "amqp://control:guess-me@127.0.0.1:1/theseus", "", "")]
    [InlineData("--fleet amqp://control@127.0.0.1:1/theseus", "", "", Secret)]
    [InlineData("--fleet amqp://127.0.0.1:1", "amqp://else:else@127.0.0.2", """{ "User": "control", "Password": "guess-me" }""", "")]
    [InlineData("", "", """{ "Host": "127.0.0.1", "Port": 1, "User": "control", "Password": "guess-me" }""", "")]
    public async Task ItServesWhileTheBrokerIsAwayAndSaysWhereNodesJoin(string argument, string variable, string file, string password)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is asked to end by a signal of Unix.");
        await using var server = Start(argument, variable, file, password);
        Assert.StartsWith("A control plane serves at http://127.0.0.1:", await server.ReadLineAsync());

        var (code, output, error) = await server.StopAsync();

        Assert.True(code == 0, error);
        Assert.Contains("Nodes join it by RabbitMQ at amqp://127.0.0.1:1/theseus.", error);
        Assert.DoesNotContain(Secret, output + error);
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(string argument, string variable, string file)
    {
        await using var server = Start(argument, variable, file, "");
        return await server.EndAsync();
    }

    private ToolProcess Start(string argument, string variable, string file, string password)
    {
        string[] args = ["serve", "--address", "http://127.0.0.1:0", .. argument.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        if (file.Length > 0)
        {
            File.WriteAllText(Path.Combine(_folder, "fleet.json"), file);
            args = [.. args, "--fleet-config", "fleet.json"];
        }

        return ToolProcess.Start(_folder, new Dictionary<string, string?> { ["THESEUS_FLEET"] = variable, ["THESEUS_FLEET_PASSWORD"] = password }, args);
    }
}
