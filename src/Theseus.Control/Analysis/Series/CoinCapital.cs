namespace Theseus.Control.Analysis;

/// <summary>
/// What somebody has who began with 1 and bet on heads at even odds: whoever the coin is, as long as heads never has a chance
/// above one half given all that came before, it ever is <c>1/error</c> with a chance of at most <c>error</c> (Ville's
/// inequality). It is the mean of four who bet different parts of what they have, so it is a test supermartingale itself. Pure.
/// </summary>
internal static class CoinCapital
{
    private static readonly double[] s_parts = [0.25, 0.5, 0.75, 0.95];

    /// <summary>The capital after so many tosses, in whatever order they came.</summary>
    /// <param name="heads">How many were heads.</param>
    /// <param name="tosses">How many there were.</param>
    public static double Of(long heads, long tosses) => s_parts.Average(part => Math.Exp(heads * Math.Log(1 + part) + (tosses - heads) * Math.Log(1 - part)));

    /// <summary>The fewest tosses that can be proof: all of them heads.</summary>
    /// <param name="error">The chance of being wrong, above 0 and below 1.</param>
    public static int Fewest(double error)
    {
        var tosses = 1;
        while (Of(tosses, tosses) < 1 / error)
        {
            tosses++;
        }

        return tosses;
    }
}
