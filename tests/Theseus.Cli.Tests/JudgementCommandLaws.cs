using System.Text.Json.Nodes;
using Theseus.Samples;

namespace Theseus.Cli.Tests;

/// <summary>What a judgement rests on is shown, kept, and comes to the same when it is judged again.</summary>
public sealed class JudgementCommandLaws : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AnUpgradeIsExplainedKeptAndJudgedAgain()
    {
        var (file, picture) = (Path.Combine(_folder, "judgement.json"), Path.Combine(_folder, "judgement.svg"));
        await using var line = await ControlLine.StartAsync();
        using var stop = new CancellationTokenSource();
        var load = Task.Run(() => CallAsync(line.Renderer, stop.Token), CancellationToken.None);
        var run = await line.RunAsync("upgrade", "start", "markdown=2.0.0", "--strategy", "Gradual", "--set", "steps=50%,100%", "--set", "observe=4s", "--set", "warmUp=0s", "--set", "worseMedian=1000", "--set", "worseP95=1000", "--set", "worseP99=1000", "--set", "worseFailures=100%", "--watch");
        await stop.CancelAsync();
        await load;
        Assert.True(run.Code == 0, run.Out + run.Error);

        var explained = await line.RunAsync("upgrade", "explain", "last", "--save", file, "--picture", picture);

        Assert.True(explained.Code == 0, explained.Error);
        Assert.Contains("Wave 1 of 2, 50 % everywhere: Pass", explained.Out);
        Assert.Contains("Render", explained.Out);
        Assert.Contains("capital", explained.Out);
        Assert.Contains("<polyline", await File.ReadAllTextAsync(picture));
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(picture));
        Assert.NotEmpty(JsonNode.Parse(await File.ReadAllTextAsync(file))!["evidence"]!.AsArray());

        // The same evidence judged by the same comes to the same, to the letter; by another it need not.
        var again = await line.RunAsync("replay", file);
        Assert.Equal((0, explained.Out), (again.Code, again.Out));
        var other = await line.RunAsync("replay", file, "--set", "falseAlarms=20%");
        Assert.Contains("at most 20% false alarms", other.Out);
        Assert.Contains("proof (5)", other.Out);
    }

    [Fact]
    public async Task WhatCannotBeReplayedSaysWhyAndWhatToDo()
    {
        await using var line = await ControlLine.StartAsync();
        var file = Path.Combine(_folder, "odd.json");

        var missing = await line.RunAsync("replay", file);
        Assert.Equal((ExitCode.NotFound, true), (missing.Code, missing.Error.Contains("There is no file", StringComparison.Ordinal)));
        foreach (var text in (string[])["", "[]", "{}", "null", """{"format":9}""", """{"format":1,"upgrade":"u","state":"Completed","plan":null,"verdicts":[],"evidence":[]}"""])
        {
            await File.WriteAllTextAsync(file, text);
            var odd = await line.RunAsync("replay", file);
            Assert.Equal((ExitCode.Refused, true), (odd.Code, odd.Error.Contains("cannot be judged again", StringComparison.Ordinal)));
        }

        Assert.Equal(ExitCode.NotFound, (await line.RunAsync("upgrade", "explain", "none-such")).Code);
    }

    [Fact]
    public async Task ParametersThatAreNoneAreToldAllAtOnce()
    {
        await using var line = await ControlLine.StartAsync();
        Assert.Equal(0, (await line.RunAsync("upgrade", "start", "markdown=2.0.0", "--strategy", "Immediate", "--set", "observe=0s", "--watch")).Code);
        var file = Path.Combine(_folder, "judgement.json");
        Assert.Equal(0, (await line.RunAsync("upgrade", "explain", "last", "--save", file)).Code);

        var wrong = await line.RunAsync("replay", file, "--set", "falseAlarms=2", "--set", "observe=5s", "--set", "worseP95=little");

        Assert.Equal(ExitCode.Usage, wrong.Code);
        Assert.Contains("falseAlarms has to be above 0 and at most 0.5.", wrong.Error);
        Assert.Contains("'observe' does not say by what waves are judged.", wrong.Error);
        Assert.Contains("'little' is no value for 'worseP95'", wrong.Error);
        Assert.Equal(ExitCode.Usage, (await line.RunAsync("replay", file, "--set", "falseAlarms")).Code);
    }

    private static async Task CallAsync(IMarkdownRenderer renderer, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await renderer.RenderAsync("# Once", CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
        }
    }
}
