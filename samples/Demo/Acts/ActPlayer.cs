using Theseus.Demo.Load;
using Theseus.Demo.Report;
using Theseus.Demo.Screen;
using Theseus.Runtime;

namespace Theseus.Demo.Acts;

/// <summary>Plays an act: measures, swaps, measures, and says what came of it.</summary>
internal sealed class ActPlayer(DemoService service, LoadRecording recording, DemoOptions options, IScreen screen, TimeProvider time)
{
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(10);

    public async Task<ActReport> PlayAsync(Act act, CancellationToken cancellationToken)
    {
        screen.Measures("before");
        var before = time.GetTimestamp();
        await Task.Delay(options.Window, time, cancellationToken);

        var during = time.GetTimestamp();
        var result = await service.Engine.SwapAsync(act.Component, act.To, SwapOptionsOf(act), cancellationToken);

        screen.Measures("after");
        var after = time.GetTimestamp();
        await Task.Delay(options.Window, time, cancellationToken);
        var end = time.GetTimestamp();

        var retired = await result.Retirement.WaitAsync(TimeSpan.FromMinutes(2), time, cancellationToken);
        await AllAnsweredAsync(before, end, cancellationToken);
        return Report(act, result, retired, new(Summary(before, during), Summary(during, after), Summary(after, end)), recording.Between(before, end));
    }

    private SwapOptions SwapOptionsOf(Act act) => new()
    {
        Trial = new TrialOptions { Duration = options.Window, HealthInterval = options.Window / 5 },
        WarmUp = act.ReplaysRecentCalls ? new WarmUpOptions() : new WarmUpOptions { RecentCalls = 0 },
        Progress = new StepRelay(screen),
    };

    private ActReport Report(Act act, SwapResult result, RetirementRecord? retired, LatencyPhases latencies, IReadOnlyList<RequestSample> samples)
    {
        var serves = service.Engine.GetStatus(act.Component).ServingVersion ?? "none";
        var gone = retired is { IsGone: true };
        var failed = samples.Count(sample => sample.Fault is not null);
        return new ActReport
        {
            Name = act.Name,
            Component = act.Component,
            From = result.From ?? "",
            To = result.To,
            Outcome = result.Outcome.ToString(),
            ExpectedOutcome = act.Expected.ToString(),
            AsExpected = result.Outcome == act.Expected && result.From == act.From && serves == act.Serves && gone && failed == 0,
            Detail = result.Detail,
            ServesNow = serves,
            Requests = samples.Count,
            FailedCalls = failed,
            ShieldedCalls = result.Verdict?.Evidence.ShieldedCalls ?? 0,
            CriticalSectionMs = Milliseconds(result.CriticalSection),
            StateBytes = result.StateBytes,
            LatencyMs = latencies,
            DrainMs = retired?.Drain is { } drain ? Milliseconds(drain) : null,
            UnloadMs = retired?.Unload is { IsGone: true } unload ? Milliseconds(unload.Elapsed) : null,
            OldGenerationGone = gone,
            Retirement = retired?.Summary ?? "No generation had to go.",
            Steps = [.. result.Steps.Select(step => new StepReport(step.Step.ToString(), Milliseconds(step.Duration)))],
        };
    }

    // The last requests of the span may be on their way.
    private async Task AllAnsweredAsync(long from, long to, CancellationToken cancellationToken)
    {
        var expected = (long)(time.GetElapsedTime(from, to).TotalSeconds * options.Rate) - 1;
        var start = time.GetTimestamp();
        while (recording.Between(from, to).Count < expected && time.GetElapsedTime(start) < s_settling)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    private LatencySummary Summary(long from, long to) => LatencySummary.Of(recording.Between(from, to).Select(sample => sample.Latency));

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 4);

    private sealed class StepRelay(IScreen screen) : IProgress<SwapProgress>
    {
        public void Report(SwapProgress value) => screen.Step(value.Step.ToString(), value.IsEnd);
    }
}
