using System.Runtime;

namespace Theseus.Runtime.Live.Tests;

/// <summary>What warming up is for: the first callers find code that the runtime has done with.</summary>
public sealed class WarmUpLaws
{
    private const string Document = "# Title\n\nSome *text* with `code`, a [link](https://example.org) and\n\n- a list\n- of two\n";

    [Fact]
    public async Task ResidentCodeIsCalledUntilTheRuntimeHasNothingLeftToRecompile()
    {
        var unsettled = await RecompiledUnderCallsAsync(TimeSpan.Zero);
        var settled = await RecompiledUnderCallsAsync(TimeSpan.FromSeconds(20));

        // Markdown rendering alone is hundreds of methods; the few that are left are the host's own.
        Assert.True(settled * 5 < unsettled, $"{settled} methods were compiled under calls after settling, {unsettled} without.");
    }

    private static async Task<long> RecompiledUnderCallsAsync(TimeSpan longestSettling)
    {
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<Samples.IMarkdownRenderer>("markdown"));
        var options = LiveHost.Quick with
        {
            Loading = LoadingMode.Resident,
            WarmUp = new() { Rounds = 4, LongestSettling = longestSettling },
        };
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "2.0.0", options)).Outcome);
        var before = JitInfo.GetCompiledMethodCount();
        var begun = TimeProvider.System.GetTimestamp();
        for (var calls = 0; calls < 200 || TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(2); calls++)
        {
            host.Markdown.Render(Document);
        }

        return JitInfo.GetCompiledMethodCount() - before;
    }
}
