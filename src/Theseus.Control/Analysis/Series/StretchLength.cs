namespace Theseus.Control.Analysis;

/// <summary>
/// How many values of a series make one stretch, so that what one stretch says tells little of the next: values close together
/// are alike, whatever the metric. Chosen from what was seen before there was a candidate, by the correlation of neighbouring
/// means of batches (the method of batch means; Law, "Simulation Modeling and Analysis", chapter 9). Pure.
/// </summary>
internal static class StretchLength
{
    /// <summary>What is taken where too little was seen before.</summary>
    public const int Unknown = 4;

    /// <summary>The longest.</summary>
    public const int Longest = 32;

    private const int FewestBatches = 10;
    private const double MostCorrelation = 0.25;

    /// <summary>The shortest length of 1, 2, 4 and so on whose batches are hardly correlated; the longest that can be looked at where none is.</summary>
    /// <param name="before">How far apart the two sides were before, the oldest first.</param>
    public static int Of(IReadOnlyList<double> before)
    {
        if (before.Count < FewestBatches)
        {
            return Unknown;
        }

        var length = 1;
        while (length < Longest && Correlation(Batches(before, length)) > MostCorrelation && before.Count / (2 * length) >= FewestBatches)
        {
            length *= 2;
        }

        // If even the longest that could be looked at is correlated, longer ones may not be.
        return Correlation(Batches(before, length)) > MostCorrelation ? Math.Min(Longest, 2 * length) : length;
    }

    /// <summary>The correlation of each with the next; 0 where they do not differ.</summary>
    internal static double Correlation(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var variance = values.Sum(value => (value - mean) * (value - mean));
        return variance == 0 ? 0 : values.Zip(values.Skip(1), (one, next) => (one - mean) * (next - mean)).Sum() / variance;
    }

    private static List<double> Batches(IReadOnlyList<double> values, int length) => [.. values.Chunk(length).Where(batch => batch.Length == length).Select(batch => batch.Average())];
}
