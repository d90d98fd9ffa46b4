using System.Globalization;

namespace Theseus.LoadBench.LostCalls;

/// <summary>Calls from all processors across very many swaps: none may fail, none may be lost.</summary>
internal static class LostCallsBench
{
    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var routing = await RoutingSwaps.RunAsync(run);
        var full = await FullSwaps.RunAsync(run);
        var report = new BenchReport("Calls across swaps", $"""
            Callers on all {Environment.ProcessorCount} processors, one after another without a pause: a synchronous caller per processor on a
            thread of its own, and one asynchronous caller whose calls suspend. Each call carries a token that
            its answer has to bring back, with the version that answered. A call counts as failed when it throws or its
            answer is wrong, as lost when it was begun and never answered. Two counts, of two things:

            - **Routing swaps**: what a swap is to callers, and only that. All the routes that a swap publishes, in its order:
              one that notes calls; then, in turn, one that holds callers back while the generation is emptied, or a trial
              that shares the calls between two generations; then the new one alone. The old generation is drained, and from
              that moment reports every call that is inside it or enters it. The generations are objects of this process;
              nothing is loaded. Each is replaced as soon as a call has come; {N(routing.Waited)} times calls were inside when its drain began, so that it had to wait. The calls that all generations executed have to be
              as many as the callers' answers.
            - **Full swaps**: everything that `HotSwapEngine.SwapAsync` does, for a component of one class: the package
              checked, loaded as collectible, warmed up with recorded calls, published, remembered on disk; the old
              generation drained, unloaded and verified to be gone. For as long as the bench takes, {full.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s.
            """);
        report.Target(
            $"failed or lost calls in {N(routing.Swaps)} routing swaps",
            $"0 in {N(run.Count(RoutingSwaps.Full, RoutingSwaps.Small))}",
            $"{routing.Lost} of {N(routing.Calls)}",
            routing.Lost == 0 && routing.Swaps >= run.Count(RoutingSwaps.Full, RoutingSwaps.Small));
        report.Target("calls on a generation that had been drained", "0", N(routing.OnDrained), routing.OnDrained == 0);
        report.Target("difference of calls executed and calls answered", "0", N(routing.Unaccounted), routing.Unaccounted == 0);
        report.Target($"failed or lost calls in {N(full.Swaps)} full swaps", "0", $"{full.Lost} of {N(full.Calls)}", full.Lost == 0);
        report.Target("old generations of the full swaps that were not gone", "0", N(full.NotGone), full.NotGone == 0);
        report.Table(
            "Rates",
            ["", "swaps", "seconds", "swaps per second", "calls", "calls per swap"],
            new[] { ("routing swaps", routing), ("full swaps", full) }.Select(one => (string[])
            [
                one.Item1,
                N(one.Item2.Swaps),
                one.Item2.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture),
                (one.Item2.Swaps / one.Item2.Elapsed.TotalSeconds).ToString("F1", CultureInfo.InvariantCulture),
                N(one.Item2.Calls),
                N(one.Item2.Calls / Math.Max(1, one.Item2.Swaps)),
            ]));
        foreach (var failure in routing.Failures.Concat(full.Failures))
        {
            run.Tell($"failure: {failure}");
        }

        return report;
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>What came of a number of swaps under load.</summary>
internal sealed record SwapCounts
{
    public required long Swaps { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Calls that were begun.</summary>
    public required long Calls { get; init; }

    /// <summary>Calls that failed, answered wrongly, or never answered.</summary>
    public required long Lost { get; init; }

    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>Calls that were inside a generation after its drain.</summary>
    public long OnDrained { get; init; }

    /// <summary>How often a call was inside the old generation when its drain began.</summary>
    public long Waited { get; init; }

    /// <summary>The difference of calls that generations executed and calls that were answered.</summary>
    public long Unaccounted { get; init; }

    /// <summary>Old generations that were still there when their retirement had ended.</summary>
    public long NotGone { get; init; }
}
