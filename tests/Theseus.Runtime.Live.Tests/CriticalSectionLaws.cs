using Microsoft.Extensions.DependencyInjection;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

public sealed class CriticalSectionLaws
{
    private static readonly TimeSpan s_ample = TimeSpan.FromHours(12);

    [Fact]
    public async Task ASwapWithoutStateTellsHowLongPublishingTook()
    {
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne));

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick);

        Assert.Equal(SwapOutcome.Completed, result.Outcome);
        Assert.InRange(result.CriticalSection, TimeSpan.FromTicks(1), result.Steps.Single(step => step.Step == SwapStep.Publish).Duration);
    }

    [Theory]
    [InlineData(SwapStep.PlanState, SwapOutcome.Completed)] // for the export that its migration is tried with
    [InlineData(SwapStep.Publish, SwapOutcome.Completed)]
    [InlineData(SwapStep.Promote, SwapOutcome.Completed)]
    [InlineData(SwapStep.Revert, SwapOutcome.RolledBack)]
    public async Task TheLongestHoldIsToldAtWhicheverStepItWas(SwapStep slow, SwapOutcome outcome)
    {
        var clock = new JumpingClock();
        await using var host = await LiveHost.StartAsync(theseus =>
        {
            theseus.AddComponent<IRateLimiter>("rate-limiter", LiveHost.FromOne);
            theseus.Services.AddSingleton<TimeProvider>(clock);
        });
        host.Limiter.TryAcquire("client", 1);
        var onTrial = new Steps();
        var swap = host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick with
        {
            Loading = LoadingMode.Probation,
            // What the component's code is given goes by the same clock, which is not what is looked at here.
            Deadlines = new() { Load = s_ample, Start = s_ample, HealthCheck = s_ample, WarmUpCall = s_ample },
            Trial = new() { Duration = outcome == SwapOutcome.RolledBack ? TimeSpan.FromHours(1) : TimeSpan.Zero },
            Progress = new Steps
            {
                At = (step, isEnd) =>
                {
                    if (step == slow)
                    {
                        clock.Jumps(!isEnd);
                    }

                    onTrial.Report(new("rate-limiter", step, isEnd));
                },
            },
        });
        if (outcome == SwapOutcome.RolledBack)
        {
            await onTrial.BeginAsync(SwapStep.Observe);
            await host.Engine.RollbackAsync("rate-limiter");
        }

        var result = await swap.WaitAsync(LiveHost.Deadline);

        Assert.Equal((outcome, outcome == SwapOutcome.Completed ? "" : result.Detail, null), (result.Outcome, result.Detail, result.LostState));
        // A hold looks at the clock when it begins and when it ends.
        Assert.True(result.CriticalSection >= JumpingClock.Jump, $"{result.CriticalSection}");
        Assert.Equal(result.CriticalSection, Assert.Single(host.Engine.GetHistory("rate-limiter")).CriticalSection);
    }

    /// <summary>A clock that goes on by a minute at every look, while it jumps.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        public static readonly TimeSpan Jump = TimeSpan.FromMinutes(1);

        private long _jumped;
        private int _jumps;

        public void Jumps(bool on) => Volatile.Write(ref _jumps, on ? 1 : 0);

        public override long GetTimestamp() =>
            base.GetTimestamp() + (Interlocked.Add(ref _jumped, Volatile.Read(ref _jumps)) * (long)Jump.TotalSeconds * TimestampFrequency);
    }
}
