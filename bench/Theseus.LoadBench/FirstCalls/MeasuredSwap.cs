using System.Diagnostics;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.LoadBench.FirstCalls;

/// <summary>The latencies around one swap, in milliseconds.</summary>
internal sealed class MeasuredSwap
{
    public required double[] SteadyBefore { get; init; }

    public required double[] FirstAfterPublish { get; init; }

    public required double[] FirstAfterPromotion { get; init; }

    public required double[] SteadyAfter { get; init; }

    public static async Task<MeasuredSwap> RunAsync(LoadingMode loading, TimeSpan trial)
    {
        var time = TimeProvider.System;
        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", BenchHost.From("1.0.0", loading)));
        var renderer = host.Get<IMarkdownRenderer>();
        var log = new CallLog(Environment.ProcessorCount);
        var published = new Moments();
        long swapBegun, steadyBegun, end;
        var callers = new Callers().Add(Environment.ProcessorCount, number =>
        {
            var next = number;
            return () => log.Measure(number, () => renderer.Render(Documents.All[next++ % Documents.All.Length]).Length > 100);
        });
        await using (callers)
        {
            // The old release's first calls are no steady ones.
            await Task.Delay(TimeSpan.FromSeconds(2.5), time);
            swapBegun = Stopwatch.GetTimestamp();
            await host.SwapAsync("markdown", "2.0.0", new() { Loading = loading, Trial = new() { Duration = trial }, Progress = published });
            await Task.Delay(TimeSpan.FromSeconds(2.5), time);
            steadyBegun = Stopwatch.GetTimestamp();
            await Task.Delay(TimeSpan.FromSeconds(1), time);
            end = Stopwatch.GetTimestamp();
        }

        if (callers.Started != callers.Answered)
        {
            throw new InvalidOperationException($"{callers.Started - callers.Answered} calls failed: {string.Join("; ", callers.Failures)}");
        }

        return new MeasuredSwap
        {
            SteadyBefore = [.. log.Between(swapBegun - Stopwatch.Frequency, swapBegun)],
            FirstAfterPublish = [.. log.FirstAfter(published.Published, FirstCallsBench.First)],
            FirstAfterPromotion = [.. log.FirstAfter(published.Promoted, FirstCallsBench.First)],
            SteadyAfter = [.. log.Between(steadyBegun, end)],
        };
    }

    /// <summary>When the steps that publish had ended. Told on the thread that took them, the one that published.</summary>
    private sealed class Moments : IProgress<SwapProgress>
    {
        private long _published;
        private long _promoted;

        public long Published => Volatile.Read(ref _published);

        public long Promoted => Volatile.Read(ref _promoted);

        public void Report(SwapProgress value)
        {
            if (value is { Step: SwapStep.Publish, IsEnd: true })
            {
                Volatile.Write(ref _published, Stopwatch.GetTimestamp());
            }
            else if (value is { Step: SwapStep.Promote, IsEnd: true })
            {
                Volatile.Write(ref _promoted, Stopwatch.GetTimestamp());
            }
        }
    }
}
