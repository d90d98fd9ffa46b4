using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Theseus.Docs.Tests.Walking;
using Theseus.RabbitMq;
using Theseus.Runtime;

namespace Theseus.Docs.Tests;

/// <summary>What the files for deployments say to Theseus exists, and what they say to others can be read.</summary>
public sealed partial class DeployLaws
{
    private const string Compose = "deploy/compose/compose.yaml";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    private static readonly Dictionary<string, string?> s_plain = [];

    public static TheoryData<string, string> Commands => new()
    {
        { Compose, "serve" }, { Compose, "agent" }, { "deploy/systemd/theseus-serve@.service", "serve" }, { "deploy/systemd/theseus-agent@.service", "agent" },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task EveryOptionThatIsGivenToACommandIsOneOfIts(string file, string command)
    {
        var used = file == Compose ? OptionsInCompose(command) : [.. Option().Matches(Uncommented(file) + Arguments(file)).Select(one => one.Value)];
        Assert.NotEmpty(used);

        var (code, help) = await Tool.RunAsync(Repository.Root, s_plain, ["dotnet", Repository.InRoot("artifacts/bin/Theseus.Cli/release/theseus.dll"), command, "--help"], s_deadline);

        Assert.True(code == 0, help);
        Assert.All(used, option => Assert.Matches($@"(?m)^\s+{option}\b", help));
    }

    [Fact]
    public void EveryVariableIsAKeyOfTheConfiguration()
    {
        var variables = Repository.Files("deploy", "*").SelectMany(file => Variable().Matches(Repository.Read(file))).Select(one => one.Value).Distinct().ToList();

        Assert.True(variables.Count >= 4, "The files set fewer variables than they did.");
        Assert.All(variables, variable => AssertIsKey(variable.Split("__")));
    }

    [Fact]
    public void WhatComposeGivesAControlPlaneToReadCanBeRead()
    {
        var options = RabbitConfiguration.Read(Json(Block("fleet")));

        Assert.True(options.RequireNodeUser);
        Assert.Empty(options.Validate());
    }

    [Fact]
    public void WhatComposeAndTheReferenceGiveAnAgentToReadHasKeysThatExist()
    {
        var reference = AgentExample().Match(Repository.Read("docs/reference/cli.md").ReplaceLineEndings("\n")).Value;
        foreach (var file in new[] { Block("agent"), reference })
        {
            var agent = Json(file);
            RabbitConfiguration.Read(agent.GetSection(RabbitConfiguration.Section));
            Assert.All(agent.GetSection("Theseus").GetChildren().SelectMany(one => new[] { "Components", "RabbitMq" }.Contains(one.Key) ? [] : Leaves(one)), AssertIsKey);
            Assert.All(agent.GetSection("Agent:Components").GetChildren(), one => Assert.Equal(["Assembly", "Contract"], one.GetChildren().Select(key => key.Key)));
        }
    }

    [Fact]
    public async Task ComposeIsYaml()
    {
        const string Read = "import sys\ntry:\n  import yaml\nexcept ImportError:\n  sys.exit(7)\nprint(' '.join(yaml.safe_load(open(sys.argv[1]))['services']))";
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "python3"))), "There is no python3, whose reader of YAML is used.");

        var (code, output) = await Tool.RunAsync(Repository.Root, s_plain, ["python3", "-c", Read, Repository.InRoot(Compose)], s_deadline);

        Assert.SkipWhen(code == 7, "python3 has no reader of YAML here (the package python3-yaml).");
        Assert.True(code == 0, output);
        Assert.Equal("postgres rabbitmq control1 control2 node1", output.Trim());
    }

    [Theory]
    [InlineData("theseus-serve@")]
    [InlineData("theseus-agent@")]
    public async Task SystemdTakesTheUnits(string unit)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze.");
        // It looks whether the program is there, which on this machine may lie elsewhere.
        var folder = Directory.CreateTempSubdirectory("theseus-units-");
        var copy = Path.Combine(folder.FullName, $"{unit}one.service");
        await File.WriteAllTextAsync(copy, Repository.Read($"deploy/systemd/{unit}.service").Replace("/usr/bin/dotnet", "/bin/true", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var (code, output) = await Tool.RunAsync(folder.FullName, s_plain, ["systemd-analyze", "verify", "--man=no", copy], s_deadline);
        folder.Delete(recursive: true);

        Assert.True(code == 0, output);
        Assert.DoesNotContain(unit, output);
    }

    [Fact]
    public async Task ANodesUserMayDoWhatRabbitPermissionsSaysAndNoMore()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The definitions are written by a shell script.");
        var folder = Directory.CreateTempSubdirectory("theseus-secrets-").FullName;
        foreach (var name in new[] { "control", "node1", "edge-2" })
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"rabbitmq-{name}"), $"secret of {name}", TestContext.Current.CancellationToken);
        }

        var (code, output) = await Tool.RunAsync(Repository.Root, s_plain, ["bash", "deploy/rabbitmq-definitions.sh", folder], s_deadline);
        Directory.Delete(folder, recursive: true);

        Assert.True(code == 0, output);
        Assert.DoesNotContain("secret of", output);
        var told = Json(output).GetSection("permissions").GetChildren().ToDictionary(one => one["user"]!, one => new RabbitPermissions(one["configure"]!, one["write"]!, one["read"]!));
        Assert.Equal(["control", "edge-2", "node1"], told.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(RabbitPermissions.OfControlPlane(), told["control"]);
        Assert.Equal(RabbitPermissions.OfNode("node1"), told["node1"]);
        Assert.Equal(RabbitPermissions.OfNode("edge-2"), told["edge-2"]);
    }

    [Fact]
    public async Task EverySecretThatComposeMountsIsMadeOnceAndFitsTheOthers()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The secrets are made by a shell script.");
        var root = Directory.CreateTempSubdirectory("theseus-compose-").FullName;
        var folder = Path.Combine(root, "deploy", "compose");
        // The scripts alone: a checkout that is in use has secrets of its own.
        Directory.CreateDirectory(folder);
        foreach (var script in new[] { "deploy/rabbitmq-definitions.sh", "deploy/compose/prepare.sh" })
        {
            File.Copy(Repository.InRoot(script), Path.Combine(root, script));
        }

        var secrets = Path.Combine(folder, "secrets");
        Directory.CreateDirectory(secrets);
        await File.WriteAllTextAsync(Path.Combine(secrets, "postgres"), @"a:b\c", TestContext.Current.CancellationToken);

        var first = await PrepareAsync("edge-2");
        var again = await PrepareAsync();
        var refused = await Tool.RunAsync(root, s_plain, ["bash", "deploy/compose/prepare.sh", "no name"], s_deadline);

        var mounted = SecretFile().Matches(Repository.Read(Compose)).Select(one => one.Groups["name"].Value).ToList();
        Assert.True(mounted.Count >= 5, "The compose file mounts fewer secrets than it did.");
        Assert.All(mounted, name => Assert.NotEmpty(again[name]));
        Assert.Equal(@"postgres:5432:theseus:theseus:a\:b\\c", again["pgpass"].Trim());
        Assert.Equal(Passwords(first), Passwords(again));
        Assert.Equal(4, Passwords(again).Distinct().Count());
        Assert.Equal(["control", "edge-2", "node1"], Json(again["definitions.json"]).GetSection("users").GetChildren().Select(one => one["name"]!).Order(StringComparer.Ordinal));
        Assert.True(Directory.Exists(Path.Combine(folder, "releases")) && Directory.Exists(Path.Combine(folder, "contracts")));
        Assert.Equal(2, refused.ExitCode);
        Directory.Delete(root, recursive: true);

        async Task<Dictionary<string, string>> PrepareAsync(params string[] nodes)
        {
            var (code, output) = await Tool.RunAsync(root, s_plain, ["bash", "deploy/compose/prepare.sh", .. nodes], s_deadline);
            Assert.True(code == 0, output);
            return Directory.EnumerateFiles(secrets).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        }

        static List<string> Passwords(Dictionary<string, string> files) =>
            [.. files.Where(file => file.Key is "postgres" || file.Key.StartsWith("rabbitmq-", StringComparison.Ordinal)).OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value)];
    }

    private static void AssertIsKey(string[] path)
    {
        Assert.Equal("Theseus", path[0]);
        var (options, name) = path[1] switch
        {
            "Node" => (typeof(NodeOptions), path[2]),
            "RabbitMq" => (typeof(RabbitOptions), path[2]),
            _ => (typeof(TheseusOptions), path[1]),
        };
        Assert.NotNull(options.GetProperty(name));
    }

    private static IEnumerable<string[]> Leaves(IConfigurationSection section) =>
        section.GetChildren().Any() ? section.GetChildren().SelectMany(Leaves) : [section.Path.Split(':')];

    private static IConfigurationRoot Json(string text) => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build();

    private static string Uncommented(string file) => string.Join('\n', Repository.Read(file).ReplaceLineEndings("\n").Split('\n').Where(line => !line.StartsWith('#')));

    // What a unit's comment proposes as its arguments.
    private static string Arguments(string file) => ArgumentsLine().Match(Repository.Read(file)).Value;

    private static List<string> OptionsInCompose(string command)
    {
        var text = Repository.Read(Compose).ReplaceLineEndings("\n");
        var begin = command == "serve" ? text.IndexOf("- serve\n", StringComparison.Ordinal) : text.IndexOf("[agent,", StringComparison.Ordinal);
        var end = text.IndexOf(command == "serve" ? "configs:" : "\n", begin, StringComparison.Ordinal);
        return [.. Option().Matches(text[begin..end]).Select(one => one.Value)];
    }

    /// <summary>The content of one of the configs of the compose file.</summary>
    private static string Block(string name)
    {
        var match = Regex.Match(Repository.Read(Compose).ReplaceLineEndings("\n"), $@"^  {name}:\n    content: \|\n(?<body>(      .*\n)+)", RegexOptions.Multiline);
        Assert.True(match.Success, $"{Compose} has no config '{name}'.");
        return match.Groups["body"].Value;
    }

    [GeneratedRegex(@"(?<=[\s\[])--[a-z][a-z-]*\b")]
    private static partial Regex Option();

    [GeneratedRegex(@"\bTheseus(__\w+?)+\b(?=[:=])")]
    private static partial Regex Variable();

    [GeneratedRegex(@"file: \./secrets/(?<name>[\w.-]+)")]
    private static partial Regex SecretFile();

    [GeneratedRegex("THESEUS_ARGUMENTS=.*")]
    private static partial Regex ArgumentsLine();

    [GeneratedRegex(@"(?<=```json\n)  \{\n    ""Theseus"".*?(?=  ```)", RegexOptions.Singleline)]
    private static partial Regex AgentExample();
}
