namespace Theseus.JudgeBench.Sampling;

/// <summary>Draws from distributions.</summary>
internal static class Draws
{
    /// <summary>Standard normal (Box and Muller, 1958).</summary>
    public static double Normal(this Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Lognormal, by its median and the spread of its logarithm.</summary>
    public static double Lognormal(this Random random, double median, double spread) => median * Math.Exp(spread * random.Normal());

    /// <summary>Pareto, by its smallest value and its exponent.</summary>
    public static double Pareto(this Random random, double smallest, double exponent) => smallest * Math.Pow(1 - random.NextDouble(), -1 / exponent);
}
