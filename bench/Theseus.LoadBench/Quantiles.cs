using System.Globalization;

namespace Theseus.LoadBench;

/// <summary>A set of measured values, exact: nearest rank over all of them.</summary>
internal sealed class Quantiles
{
    private readonly double[] _sorted;

    public Quantiles(IEnumerable<double> values)
    {
        _sorted = [.. values.Order()];
        if (_sorted.Length == 0)
        {
            throw new ArgumentException("Nothing was measured.", nameof(values));
        }
    }

    public int Count => _sorted.Length;

    public double Median => At(0.5);

    public double P99 => At(0.99);

    public double Max => _sorted[^1];

    public double At(double share) => _sorted[Math.Max(0, (int)Math.Ceiling(share * _sorted.Length) - 1)];

    /// <summary>Median, p99 and maximum as cells of a table.</summary>
    public string[] Cells(string format = "F3") =>
        [.. new[] { Median, P99, Max }.Select(value => value.ToString(format, CultureInfo.InvariantCulture))];
}
