using System.Runtime.CompilerServices;
using Theseus.Runtime;

namespace Theseus.Cli.Tests;

public sealed class HostCommandLaws
{
    [Theory]
    [InlineData("status", "status")]
    [InlineData("status-json", "status", "--json")]
    [InlineData("generations", "generations")]
    [InlineData("generations-of-one", "generations", "script")]
    [InlineData("history", "history", "markdown")]
    [InlineData("history-json", "history", "markdown", "--json")]
    [InlineData("history-of-none", "history", "script")]
    [InlineData("why", "why", "markdown")]
    [InlineData("why-json", "why", "markdown", "--json")]
    [InlineData("why-nothing-known", "why", "markdown", "2")]
    public async Task TheHostsAnswerIsShown(string snapshot, params string[] args)
    {
        await using var line = new CommandLine();
        var (code, output, error) = await line.AskAsync(args);
        Assert.Equal((0, ""), (code, error));
        Snapshot.Matches(snapshot, output);
    }

    [Theory]
    [InlineData("swap-full")]
    [InlineData("swap-full-json", "--json")]
    public async Task EverythingThatCameOfASwapIsShown(string snapshot, params string[] more)
    {
        await using var line = new CommandLine();
        line.Host.Answer = WrittenOperator.Full;
        var (code, output, _) = await line.AskAsync(["swap", "markdown", "2.0.0", .. more]);
        Assert.Equal(7, code);
        Snapshot.Matches(snapshot, output);
    }

    public static TheoryData<SwapOutcome, SwapReason, int> Outcomes => new()
    {
        { SwapOutcome.Completed, SwapReason.None, 0 },
        { SwapOutcome.Staged, SwapReason.None, 0 },
        { SwapOutcome.Refused, SwapReason.UnknownComponent, 4 },
        { SwapOutcome.Refused, SwapReason.ReleaseNotFound, 4 },
        { SwapOutcome.Refused, SwapReason.ReleaseRefused, 8 },
        { SwapOutcome.Refused, SwapReason.Busy, 5 },
        { SwapOutcome.Failed, SwapReason.Unhealthy, 6 },
        { SwapOutcome.RolledBack, SwapReason.TrialFailed, 7 },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task TheExitCodeSaysHowTheSwapEnded(SwapOutcome outcome, SwapReason reason, int expected)
    {
        await using var line = new CommandLine();
        line.Host.Answer = WrittenOperator.Swapped(outcome, reason, reason is SwapReason.None ? "" : "In words.");
        var (code, output, _) = await line.AskAsync("swap", "markdown", "2.0.0");
        Assert.Equal(expected, code);
        Snapshot.Matches($"swap-{outcome}-{reason}", output);
    }

    [Theory]
    [InlineData("stage markdown 2.0.0", "stage", "markdown", "2.0.0")]
    [InlineData("swap markdown 2.0.0", "swap", "markdown", "2.0.0")]
    [InlineData("swap markdown 2.0.0 00:00:01.5000000", "swap", "markdown", "2.0.0", "--trial", "1.5")]
    [InlineData("swap markdown 2.0.0 00:01:00 0.25 0.5 100 Confirm", "swap", "markdown", "2.0.0", "--trial", "60", "--share", "0.25", "--shadow", "0.5", "--minimum-calls", "100", "--inconclusive", "confirm")]
    [InlineData("swap markdown 2.0.0     RollBack", "swap", "markdown", "2.0.0", "--inconclusive", "rollback")]
    [InlineData("rollback markdown", "rollback", "markdown")]
    [InlineData("confirm markdown", "confirm", "markdown")]
    [InlineData("why markdown 1 True", "why", "markdown", "--walk-heap")]
    [InlineData("history markdown 3", "history", "markdown", "-n", "3")]
    public async Task WhatIsTypedIsWhatTheHostIsAsked(string asked, params string[] args)
    {
        await using var line = new CommandLine();
        await line.AskAsync(args);
        Assert.Equal([asked], line.Host.Asked);
    }

    [Fact]
    public async Task ARollbackThatTookTheReleaseBackHasDoneWhatItShould()
    {
        await using var line = new CommandLine();
        line.Host.Answer = WrittenOperator.Swapped(SwapOutcome.RolledBack, SwapReason.TakenBack, "On request.");
        Assert.Equal(0, (await line.AskAsync("rollback", "markdown")).Code);
    }

    [Fact]
    public async Task TheHostIsFoundThroughTheEnvironmentToo()
    {
        await using var line = new CommandLine();
        line.Environment["THESEUS_DATA"] = line.Folder;
        Assert.Equal(0, (await line.RunAsync("status")).Code);
    }

    [Fact]
    public async Task WhereNoHostRunsThatIsSaid()
    {
        await using var line = new CommandLine();
        var nobody = Path.Combine(line.Folder, "nobody");
        var (code, output, error) = await line.RunAsync("status", "--host", nobody);
        Assert.Equal((3, ""), (code, output));
        Assert.Contains("No host runs", error, StringComparison.Ordinal);

        (code, output, error) = await line.RunAsync("status", "--host", nobody, "--json");
        Assert.Equal((3, ""), (code, error));
        Assert.Contains("\"code\": \"HostUnreachable\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("generations", "unheard-of")]
    [InlineData("why", "unheard-of")]
    [InlineData("why", "markdown", "99")]
    public async Task WhatTheHostDoesNotHaveIsSaid(params string[] args)
    {
        await using var line = new CommandLine();
        var (code, _, error) = await line.AskAsync(args);
        Assert.Equal(4, code);
        Assert.Contains(args[^1], error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereEveryOldGenerationHasGoneThatIsSaid()
    {
        await using var line = new CommandLine();
        line.Host.HasLeft = true;
        Assert.Equal((0, "Every old generation of markdown has gone.\n", ""), await line.AskAsync("why", "markdown"));
        Assert.Empty(line.Host.Asked);
    }

    [Theory]
    [InlineData("swap")]
    [InlineData("swap", "markdown")]
    [InlineData("explode")]
    [InlineData("status", "--frobnicate")]
    [InlineData("swap", "markdown", "2.0.0", "--trial", "-1")]
    [InlineData("swap", "markdown", "2.0.0", "--trial", "soon")]
    [InlineData("swap", "markdown", "2.0.0", "--share", "1.1")]
    [InlineData("swap", "markdown", "2.0.0", "--share", "NaN")]
    [InlineData("swap", "markdown", "2.0.0", "--shadow", "half")]
    [InlineData("swap", "markdown", "2.0.0", "--minimum-calls", "-1")]
    [InlineData("swap", "markdown", "2.0.0", "--inconclusive", "1")]
    [InlineData("history", "markdown", "--newest", "0")]
    [InlineData("history", "markdown", "--newest", "many")]
    [InlineData("why", "markdown", "first")]
    public async Task AWrongCommandLineAsksNothing(params string[] args)
    {
        await using var line = new CommandLine();
        var (code, output, error) = await line.RunAsync(args);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("theseus --help", error, StringComparison.Ordinal);
        Assert.Empty(line.Host.Asked);
    }

    [Fact]
    public async Task AllThatIsWrongWithATrialIsToldAtOnce()
    {
        await using var line = new CommandLine();
        var (code, _, error) = await line.AskAsync("swap", "markdown", "2.0.0", "--trial", "-1", "--share", "2", "--shadow", "2", "--minimum-calls", "few", "--inconclusive", "wait");
        Assert.Equal(2, code);
        Assert.All(["--trial takes", "--share takes", "--shadow takes", "--minimum-calls takes", "--inconclusive takes"], told => Assert.Contains(told, error, StringComparison.Ordinal));

        // What only the host can tell is wrong.
        (code, _, error) = await line.AskAsync("swap", "markdown", "2.0.0", "--trial", "0", "--share", "0.5");
        Assert.Equal(5, code);
        Assert.Contains("A trial of no length", error, StringComparison.Ordinal);
        Assert.Empty(line.Host.Asked);
    }

    [Fact]
    public void TheReferenceHasEveryExitCode()
    {
        var reference = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "docs", "reference", "cli.md"));
        Assert.All(
            typeof(ExitCode).GetFields().Select(static field => (int)field.GetRawConstantValue()!),
            code => Assert.Contains($"| {code} |", reference, StringComparison.Ordinal));

        static string ThisFile([CallerFilePath] string path = "") => path;
    }

    [Fact]
    public async Task HelpNamesEveryCommand()
    {
        await using var line = new CommandLine();
        var (code, output, _) = await line.RunAsync("--help");
        Assert.Equal(0, code);
        Assert.All(
            ["status", "generations", "stage", "swap", "rollback", "confirm", "why", "history", "release"],
            command => Assert.Contains($"  {command}", output, StringComparison.Ordinal));
    }
}
