namespace Theseus.Control.Analysis;

/// <summary>From what size on a difference between two versions matters. What is smaller is neither held against a candidate nor needs to be ruled out. Immutable.</summary>
internal sealed record Margins
{
    /// <summary>The default ones.</summary>
    public static Margins Default { get; } = new();

    /// <summary>How much more of all calls may fail, as a share. Default 0.005: five in a thousand. Above 0.</summary>
    public double Failures { get; init; } = 0.005;

    /// <summary>How much longer a quantile of the latency has to be as well, to matter. Default 1 µs: below, the clock itself and the machine decide. Not negative.</summary>
    public TimeSpan Floor { get; init; } = TimeSpan.FromMicroseconds(1);

    /// <summary>How many times as long quantiles of the latency may be. Default: the median 1.1, the 95th percentile 1.25, the 99th 1.5.</summary>
    public IReadOnlyList<(double Quantile, double Times)> Latency { get; init; } = [(0.5, 1.1), (0.95, 1.25), (0.99, 1.5)];
}
