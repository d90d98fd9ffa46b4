using Relay;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Whatever a candidate's code does, and wherever, nobody waits for it longer than its deadline.</summary>
public sealed class BoundedCodeLaws
{
    private static readonly SwapOptions s_hasty = LiveHost.Quick with
    {
        Deadlines = new()
        {
            Start = TimeSpan.FromMilliseconds(300),
            WarmUpCall = TimeSpan.FromSeconds(1),
            Drain = TimeSpan.FromMilliseconds(200),
            Stop = TimeSpan.FromMilliseconds(200),
            Unload = TimeSpan.FromMilliseconds(200),
        },
    };

    private static Task<LiveHost> StartAsync(params (string Point, string What)[] steering) => LiveHost.StartAsync(
        theseus => theseus.AddComponent<IRing>("ring", LiveHost.FromOne),
        settings: [.. steering.Select(one => ($"Theseus:Components:ring:Settings:2.0.0:{one.Point}", one.What))]);

    [Theory]
    [InlineData("throw", SwapReason.WarmUpFailed, "Declare was told to throw")]
    [InlineData("block", SwapReason.WarmUpTimedOut, "Declaring its warm-up calls took longer than 1 s")]
    [InlineData("endless", SwapReason.WarmUpFailed, "more than 1000 warm-up calls")]
    public async Task ACandidateThatGoesWrongInDeclaringItsWarmUpCallsIsFoundBeforeThePointOfNoReturn(string what, SwapReason reason, string detail)
    {
        await using var host = await StartAsync(("Declare", what));

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_hasty).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Contains(detail, result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Steps, step => step.Step == SwapStep.Publish);
        Assert.Equal("1.0.0", host.Ring("ring").Version);
    }

    [Theory]
    [InlineData("block")]
    [InlineData("honour")]
    [InlineData("cling")]
    public async Task OneWarmUpCallOfManyThatHangsIsFoundAfterTheDeadlineOfOne(string what)
    {
        // All together would have longer than this test waits.
        await using var host = await StartAsync(("Declare", "100"), ("SecondWarmUp", what));

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_hasty).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, SwapReason.WarmUpTimedOut), (result.Outcome, result.Reason));
        Assert.Contains("'Call 2' took longer than 1 s", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsManyWarmUpCallsAsMayBeDeclaredAreTaken()
    {
        await using var host = await StartAsync(("Declare", "1000"));

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_hasty).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
    }

    [Fact]
    public async Task ACandidateThatKeepsWhoeverCancelsItsTokenIsLeftBehindAtItsDeadline()
    {
        await using var host = await StartAsync(("Start", "cling"));

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_hasty).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, SwapReason.StartTimedOut), (result.Outcome, result.Reason));
    }

    [Fact]
    public async Task ACandidateThatKeepsWhoeverCancelsItsTokenCanBeTakenBack()
    {
        await using var host = await StartAsync(("Start", "cling"));
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("ring", "2.0.0", s_hasty with { Deadlines = s_hasty.Deadlines with { Start = TimeSpan.FromHours(1) }, Progress = steps });
        await steps.BeginAsync(SwapStep.Start);

        var result = await host.Engine.RollbackAsync("ring").WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, SwapReason.TakenBack), (result.Outcome, result.Reason));
        Assert.Same(result, await swap.WaitAsync(LiveHost.Deadline));
    }

    [Theory]
    [InlineData("Start", SwapReason.StartFailed)]
    [InlineData("Health", SwapReason.Unhealthy)]
    [InlineData("WarmUp", SwapReason.WarmUpFailed)]
    public async Task ATimeoutOfTheCandidatesOwnIsNotTakenForItsDeadline(string point, SwapReason reason)
    {
        await using var host = await StartAsync((point, "time out"));

        var result = await host.Engine.SwapAsync("ring", "2.0.0", s_hasty).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Failed, reason), (result.Outcome, result.Reason));
        Assert.Contains($"{point} was told to time out", result.Detail, StringComparison.Ordinal);
    }
}
