using System.Globalization;

namespace Theseus.LoadBench.LostCalls;

/// <summary>Calls from all processors across very many swaps: none may fail, none may be lost.</summary>
internal static class LostCallsBench
{
    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var slot = await SlotSwaps.RunAsync(run);
        var full = await FullSwaps.RunAsync(run);
        var report = new BenchReport("Calls across swaps", $"""
            Callers on all {Environment.ProcessorCount} processors, one after another without a pause: a synchronous caller per processor on a
            thread of its own, and one asynchronous caller whose calls suspend. Each call carries a token that
            its answer has to bring back, with the version that answered. A call counts as failed when it throws or its
            answer is wrong, as lost when it was begun and never answered. On Linux the callers' threads have the lowest priority: they
            take all that the processors have left, and swaps need not wait behind them. Two counts, of two things:

            - **Swaps of a slot**: by the product's own controller, from the noting of calls to the last call on the old
              generation, with hand-over, holding, trials, confirming, taking back and retiring as in a host. Half of them are of a
              component without state, half of one whose state is transferred under a hold. Every third is without a trial; the
              others' are ended by an order as soon as a call has come to the candidate, every fifth by taking it back ({N(slot.TakenBack)}
              were; without state the trial shares the calls, and the candidate's failures would be answered by the stable version).
              Two things only are not as in a host: the generations are objects of this process, so that nothing is loaded or
              unloaded, and nothing is written to a disk. A generation that has been retired reports every call that is inside it
              from then on; the calls that all generations executed have to be as many as the callers' answers, and so has the
              count that the moving state arrived at.
            - **Full swaps**: everything that `HotSwapEngine.SwapAsync` does, for a component of one class: the package
              checked, loaded as collectible, warmed up with recorded calls, published, remembered on disk; the old
              generation drained, unloaded and verified to be gone. For as long as the bench takes, {full.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s.
            """);
        report.Target(
            $"failed or lost calls in {N(slot.Swaps)} swaps of a slot",
            $"0 in {N(run.Count(SlotSwaps.Full, SlotSwaps.Small))}",
            $"{slot.Lost} of {N(slot.Calls)}",
            slot.Lost == 0 && slot.Swaps >= run.Count(SlotSwaps.Full, SlotSwaps.Small));
        report.Target("swaps of a slot that did not end as they were meant to", "0", N(slot.NotDone), slot.NotDone == 0);
        report.Target("calls on a generation that had been drained", "0", N(slot.OnDrained), slot.OnDrained == 0);
        report.Target("difference of calls executed, or counted in the state, and calls answered", "0", N(slot.Unaccounted), slot.Unaccounted == 0);
        report.Target($"failed or lost calls in {N(full.Swaps)} full swaps", "0", $"{full.Lost} of {N(full.Calls)}", full.Lost == 0);
        report.Target("old generations of the full swaps that were not gone", "0", N(full.NotGone), full.NotGone == 0);
        report.Table(
            "Rates",
            ["", "swaps", "seconds", "swaps per second", "calls", "calls per swap"],
            new[] { ("swaps of a slot", slot), ("full swaps", full) }.Select(one => (string[])
            [
                one.Item1,
                N(one.Item2.Swaps),
                one.Item2.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture),
                (one.Item2.Swaps / one.Item2.Elapsed.TotalSeconds).ToString("F1", CultureInfo.InvariantCulture),
                N(one.Item2.Calls),
                N(one.Item2.Calls / Math.Max(1, one.Item2.Swaps)),
            ]));
        foreach (var failure in slot.Failures.Concat(full.Failures))
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

    /// <summary>Swaps whose release was taken back by an order.</summary>
    public long TakenBack { get; init; }

    /// <summary>Swaps that ended otherwise than they were meant to.</summary>
    public long NotDone { get; init; }

    /// <summary>The difference of calls that generations executed and calls that were answered.</summary>
    public long Unaccounted { get; init; }

    /// <summary>Old generations that were still there when their retirement had ended.</summary>
    public long NotGone { get; init; }
}
