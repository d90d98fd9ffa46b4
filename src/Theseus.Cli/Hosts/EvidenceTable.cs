using System.Globalization;
using Theseus.Runtime;

namespace Theseus.Cli.Hosts;

/// <summary>What a verdict looked at, for people.</summary>
internal static class EvidenceTable
{
    public static void Show(TrialObservation seen, Output output)
    {
        output.Table(
            ["Calls of", "Number", "Failed", "Median", "99 %"],
            new (string Name, TrialSideObservation? Side)[] { ("the candidate", seen.Candidate), ("the stable version", seen.Stable), ("the stable version, before", seen.Before) }
                .Where(static one => one.Side is { Calls: > 0 })
                .Select(static one => Row(one.Name, one.Side!)));
        var counts = Counts(
            (seen.ShieldedCalls, "shielded"),
            (seen.FailedOnBoth, "failed on both"),
            (seen.Faults, "faults outside calls"),
            (seen.Shadowed, "copies compared"),
            (seen.ShadowMismatches, "of them different"),
            (seen.ShadowFailures, "copies failed"),
            (seen.ShadowDropped, "copies dropped"));
        if (counts.Length > 0)
        {
            output.Line(counts);
        }

        foreach (var example in seen.Examples)
        {
            output.Line($"  {example}");
        }
    }

    private static IReadOnlyList<string> Row(string name, TrialSideObservation side) =>
        [name, Number(side.Calls), Number(side.Failures), Output.Duration(side.MedianLatency), Output.Duration(side.P99Latency)];

    private static string Counts(params (long Count, string What)[] counts) =>
        string.Join(", ", counts.Where(static one => one.Count > 0).Select(static one => $"{Number(one.Count)} {one.What}"));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
