using Relay;
using Theseus.Runtime;

namespace Theseus.LoadBench.LostCalls;

/// <summary>Swaps with all their steps, of a component of one class.</summary>
internal static class FullSwaps
{
    // Retirements go on beside the next swaps, up to this many, as they do in a host.
    private const int RetiringAtOnce = 8;

    private static readonly TimeSpan s_longestRetirement = TimeSpan.FromMinutes(2);

    public static async Task<SwapCounts> RunAsync(BenchRun run)
    {
        var time = TimeProvider.System;
        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<IRelay>("relay", BenchHost.From("1.0.0")));
        var retiring = new Queue<Task<RetirementRecord?>>();
        var (swaps, notGone) = (0L, 0L);
        var callers = RelayCallers.Start(host.Get<IRelay>("relay"), version => version is "1.0.0" or "2.0.0");
        var begun = time.GetTimestamp();
        await using (callers)
        {
            while (time.GetElapsedTime(begun) < run.Time(240, 15))
            {
                var result = await host.SwapAsync("relay", swaps % 2 == 0 ? "2.0.0" : "1.0.0", BenchHost.WithoutTrial);
                retiring.Enqueue(result.Retirement);
                while (retiring.Count > RetiringAtOnce)
                {
                    notGone += await IsGoneAsync(retiring.Dequeue()) ? 0 : 1;
                }

                if (++swaps % 500 == 0)
                {
                    run.Tell($"{swaps} full swaps, {callers.Answered} calls");
                }
            }
        }

        var elapsed = time.GetElapsedTime(begun);
        while (retiring.TryDequeue(out var last))
        {
            notGone += await IsGoneAsync(last) ? 0 : 1;
        }

        return new SwapCounts
        {
            Swaps = swaps,
            Elapsed = elapsed,
            Calls = callers.Started,
            Lost = callers.Started - callers.Answered,
            Failures = callers.Failures,
            NotGone = notGone,
        };

        async Task<bool> IsGoneAsync(Task<RetirementRecord?> retirement) =>
            await retirement.WaitAsync(s_longestRetirement, time) is { IsGone: true };
    }
}
