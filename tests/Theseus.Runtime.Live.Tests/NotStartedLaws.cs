using Microsoft.Extensions.DependencyInjection;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A host that starts though one of its components could not be started.</summary>
public sealed class NotStartedLaws
{
    private static Task<LiveHost> StartAsync(string firstVersion, string? folder = null) => LiveHost.StartAsync(
        theseus =>
        {
            theseus.AddComponent<IMarkdownRenderer>("markdown", options => options.InitialVersion = $"[{firstVersion}]");
            theseus.AddComponent<IScriptEvaluator>("script", LiveHost.FromOne);
            theseus.Services.Configure<TheseusOptions>(static options => options.FailFast = false);
        },
        folder);

    [Theory]
    [InlineData("9.4.0", "constructor")] // its constructor throws
    [InlineData("77.0.0", "No feed has a release of 'markdown'")]
    public async Task WhoeverCallsOrSteersItIsToldWhyItDoesNotServe(string firstVersion, string why)
    {
        await using var host = await StartAsync(firstVersion);

        var called = Assert.Throws<ComponentUnavailableException>(() => host.Markdown.Render("*text*"));
        var staged = await host.Engine.StageAsync("markdown", "2.0.0", LiveHost.Quick);

        Assert.Contains("could not be started", called.Message);
        Assert.Contains(why, called.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((SwapOutcome.Refused, SwapReason.NotStarted), (staged.Outcome, staged.Reason));
        Assert.Contains(why, staged.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(3, host.Script.Evaluate("1 + 2", new Dictionary<string, double>()));
    }

    [Fact]
    public async Task ASwapToAGoodReleaseStartsItAndARestartBeginsWithThat()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-").FullName;
        await using (var host = await StartAsync("9.4.0", folder))
        {
            var bad = await host.Engine.SwapAsync("markdown", "9.4.0", LiveHost.Quick);
            Assert.Equal((SwapOutcome.Failed, SwapReason.LoadFailed), (bad.Outcome, bad.Reason));
            Assert.Throws<ComponentUnavailableException>(() => host.Markdown.Render("*text*"));

            var good = await host.Engine.SwapAsync("markdown", "1.0.0", LiveHost.Quick);

            Assert.Equal((SwapOutcome.Completed, "", null, "1.0.0"), (good.Outcome, good.Detail, good.From, good.To));
            Assert.Contains("<em>text</em>", host.Markdown.Render("*text*"));
            Assert.Equal(["Completed", "Failed"], host.Engine.GetHistory("markdown").Select(one => one.Outcome));
            Assert.Equal(["1.0.0", null], host.Engine.GetHistory("markdown").Select(one => one.Serves?.Version));
            // From here on it is a component like any other.
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick)).Outcome);
        }

        await using (var again = await StartAsync("9.4.0", folder))
        {
            Assert.Equal("2.0.0", again.Engine.GetStatus("markdown").ServingVersion);
        }

        Directory.Delete(folder, recursive: true);
    }
}
