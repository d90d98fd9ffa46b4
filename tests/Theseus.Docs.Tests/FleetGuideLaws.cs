using System.Text.RegularExpressions;
using Theseus.Docs.Tests.Walking;

namespace Theseus.Docs.Tests;

/// <summary>The guides to a fleet work word by word: to the API with curl, then with the command <c>theseus</c> against the same program.</summary>
public sealed partial class FleetGuideLaws(FleetProgram program) : IClassFixture<FleetProgram>
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(2);

    private string _id = "";

    [Fact]
    public async Task TheGuidesToTheApiToStrategiesAndToGoingBackWorkWordByWord()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The guides are for a Unix shell.");
        var commands = await FollowTheApiAsync();
        // Nothing would be easier to follow than a page that has not been understood.
        Assert.True(commands >= 20, $"The guide to the API has {commands} commands, fewer than it had.");
        await CallAsync("dotnet build ../theseus/src/Theseus.Cli -c Release -v q -nologo", 0);
        await CallAsync("theseus upgrade watch last", 0);
        await FollowOnTheCommandLineAsync("docs/guides/strategies.md", least: 6);
        // So that there is something to go back from.
        await CallAsync("theseus upgrade start markdown=2.0.0 --strategy Immediate --set observe=0s --watch", 0);
        await FollowOnTheCommandLineAsync("docs/guides/rollback.md", least: 4);
        await FollowOnTheCommandLineAsync("docs/guides/tasks.md", least: 6);
        foreach (Match block in Block().Matches(Repository.Read("docs/guides/tasks.md").ReplaceLineEndings("\n")).Where(block => block.Groups["kind"].Value == "csharp"))
        {
            await BuildAsync(block.Groups["body"].Value);
        }
    }

    private async Task<int> FollowTheApiAsync()
    {
        var (count, last, page) = (0, "", Repository.Read("docs/guides/api.md").ReplaceLineEndings("\n"));
        foreach (Match block in Block().Matches(page))
        {
            var (before, body) = (block.Groups["before"].Value, block.Groups["body"].Value);
            switch (block.Groups["kind"].Value)
            {
                case "sh":
                    foreach (var command in Shell.Commands(body))
                    {
                        last = await RunAsync(command, before.Contains("Wait until", StringComparison.Ordinal) ? "\"lifecycle\":\"Active\"" : null);
                        count++;
                    }

                    break;
                case "json":
                    Assert.Matches(Pattern(body), Squeezed(last));
                    break;
                case "csharp" or "xml" when FileName().Match(before) is { Success: true } file:
                    await program.WriteAsync(file.Groups["path"].Value, body);
                    break;
                case "csharp":
                    await BuildAsync(body);
                    break;
                case "":
                    Assert.Matches(Digits().Replace(Pattern(body[..body.IndexOf("data:", StringComparison.Ordinal)]), "[0-9]+"), Squeezed(last));
                    break;
                default:
                    Assert.Fail($"Nobody knows what to do with a block of '{block.Groups["kind"].Value}'.");
                    break;
            }
        }

        return count;
    }

    private async Task<string> RunAsync(string command, string? until)
    {
        if (command == "dotnet run -c Release")
        {
            await program.ServeAsync(command);
            return "";
        }

        // A stream without an end is looked at for as long as it takes to see how it begins.
        var written = program.OnThisPort(Id().Replace(command, _id)) + (command.Contains("$S/events", StringComparison.Ordinal) ? " | head -n 4" : "");
        using var deadline = new CancellationTokenSource(_deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            var (code, output) = await program.Shell.RunAsync(written);
            if (until is not null && !output.Contains(until, StringComparison.Ordinal))
            {
                await timer.WaitForNextTickAsync(deadline.Token);
                continue;
            }

            Assert.True(code == 0, $"'{written}' ended with {code}:\n{output}\n{program.Said}");
            // The one error that the page brings about is the one that it shows.
            Assert.True(!output.Contains("urn:theseus:error", StringComparison.Ordinal) || command.Contains("requestedBy", StringComparison.Ordinal), $"'{written}' was refused:\n{output}");
            if (command.Contains(" -d '", StringComparison.Ordinal) && FirstId().Match(output) is { Success: true } id)
            {
                _id = id.Groups["id"].Value;
            }

            return output;
        }
    }

    /// <summary>Has the part of a program that a page shows compiled, with what the page says around it.</summary>
    private async Task BuildAsync(string part)
    {
        const string Around = """
            using Theseus.Fleet;
            using Theseus.Server;
            var builder = WebApplication.CreateBuilder(args);
            using var loggers = LoggerFactory.Create(_ => { });
            await using var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { DataFolder = "own" }, new InProcessChannel(), null, loggers, CancellationToken.None);

            """;
        var (code, output) = await program.Shell.RunAsync("mkdir -p ../own && cp Fleet.csproj ../own/Own.csproj");
        Assert.True(code == 0, output);
        // What a part refers to stands before everything else of a program.
        var isUsing = part.Split('\n').ToLookup(line => Using().IsMatch(line));
        await program.WriteAsync("../own/Program.cs", string.Join('\n', [.. isUsing[true], Around, .. isUsing[false]]));
        (code, output) = await program.Shell.RunAsync("dotnet build ../own -c Release -v q -nologo");
        Assert.True(code == 0, output);
    }

    /// <summary>The lines of a page that call <c>theseus</c>. What is asked for goes back again, since one upgrade of a component goes on at a time.</summary>
    private async Task FollowOnTheCommandLineAsync(string page, int least)
    {
        var commands = CommandLine().Matches(Repository.Read(page).ReplaceLineEndings("\n")).Select(match => match.Value).ToList();
        Assert.True(commands.Count >= least, $"{page} shows {commands.Count} commands, fewer than it did.");
        foreach (var command in commands)
        {
            // What stands for the reader's own components and releases is not there.
            var isThere = !command.Contains("=2.0.1", StringComparison.Ordinal) && !command.Contains("storage=", StringComparison.Ordinal);
            await CallAsync(command, isThere ? 0 : 4);
            if (isThere && command.Contains("upgrade start", StringComparison.Ordinal))
            {
                await CallAsync("(theseus upgrade cancel last || theseus upgrade rollback last) && theseus upgrade watch last", 6, 7);
            }
        }
    }

    /// <summary>Calls the command as the reference of the command line says, from where it was built.</summary>
    private async Task CallAsync(string command, params int[] expected)
    {
        const string Theseus = "theseus() { dotnet ../theseus/artifacts/bin/Theseus.Cli/release/theseus.dll \"$@\"; }; export THESEUS_TOKEN_FILE=control/admin.token THESEUS_SERVER=http://127.0.0.1:8630; ";
        var (code, output) = await program.Shell.RunAsync(program.OnThisPort(Theseus) + command);
        Assert.True(expected.Contains(code), $"'{command}' ended with {code}:\n{output}\n{program.Said}");
    }

    /// <summary>What a page shows, with … for whatever stands there.</summary>
    private static string Pattern(string shown) => "^" + Regex.Escape(Squeezed(shown)).Replace("…", ".*", StringComparison.Ordinal);

    private static string Squeezed(string text) => White().Replace(text, "");

    [GeneratedRegex(@"(?<=^(?<before>[^\n]*)\n(?:\n)?)```(?<kind>\w*)\n(?<body>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("^`(?<path>[^`]+)`:$")]
    private static partial Regex FileName();

    [GeneratedRegex("(?<=/)ID\\b")]
    private static partial Regex Id();

    [GeneratedRegex("\"id\":\"(?<id>[0-9a-f]+)\"")]
    private static partial Regex FirstId();

    [GeneratedRegex("^theseus (?!.*\\bID\\b).+$", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex("^using [A-Za-z.]+;$")]
    private static partial Regex Using();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\s+")]
    private static partial Regex White();
}
