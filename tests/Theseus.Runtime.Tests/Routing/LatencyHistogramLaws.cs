using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Tests.Routing;

public sealed class LatencyHistogramLaws
{
    [Fact]
    public void AQuantileIsNeverTooLowAndAtMostAnEighthTooHigh()
    {
        var random = new Random(20261121);
        for (var run = 0; run < 50; run++)
        {
            var histogram = new LatencyHistogram();
            var values = Enumerable.Range(0, random.Next(1, 500)).Select(_ => TimeSpan.FromTicks((long)Math.Exp(random.NextDouble() * 18) + 10)).Order().ToList();
            values.ForEach(histogram.Record);
            foreach (var q in new[] { 0.01, 0.5, 0.9, 0.99, 1 })
            {
                var exact = values[Math.Max(0, (int)Math.Ceiling(q * values.Count) - 1)];
                Assert.InRange(histogram.Quantile(q).Ticks, exact.Ticks - 1, exact.Ticks * 1.125 + 1);
            }
        }
    }

    [Fact]
    public void WithoutValuesAQuantileIsZero() => Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Quantile(0.5));
}
