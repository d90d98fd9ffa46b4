namespace Theseus.Runtime.Live.Tests;

/// <summary>The generation that served before does not take processors from the first calls on the new code.</summary>
public sealed class RestLaws
{
    [Fact]
    public async Task WhatServedBeforeRestsBeforeItIsStoppedAndAHostThatStopsDoesNotWaitForThat()
    {
        var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<Samples.IMarkdownRenderer>("markdown", LiveHost.FromOne));
        Task<RetirementRecord?> retirement;
        await using (host)
        {
            var swap = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick with { RestBeforeStop = TimeSpan.FromHours(1) });

            Assert.Equal(SwapOutcome.Completed, swap.Outcome);
            retirement = swap.Retirement;
            Assert.False(retirement.IsCompleted);
            Assert.Contains(host.Engine.GetStatus("markdown").Generations, one => one is { Version: "1.0.0", State: GenerationState.Draining });
        }

        Assert.NotNull((await retirement.WaitAsync(LiveHost.Deadline))!.Stop);
    }
}
