using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

public sealed class CriticalSectionLaws
{
    [Fact]
    public async Task ASwapWithoutStateTellsHowLongPublishingTook()
    {
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne));

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);

        Assert.Equal(SwapOutcome.Completed, result.Outcome);
        Assert.InRange(result.CriticalSection, TimeSpan.FromTicks(1), result.Steps.Single(step => step.Step == SwapStep.Publish).Duration);
    }
}
