using FsCheck;
using FsCheck.Fluent;
using Theseus.Demo.Load;
using Theseus.Demo.Report;
using Xunit;

namespace Theseus.Demo.Tests;

public sealed class LatencyLaws
{
    [Fact]
    public void QuantilesOfKnownDataAreExact()
    {
        // 1 to 2000 ms in another order.
        var latencies = Enumerable.Range(0, 2000).Select(i => TimeSpan.FromMilliseconds((i * 7 % 2000) + 1));

        Assert.Equal(new LatencySummary(2000, 1000, 1980, 1998, 2000), LatencySummary.Of(latencies));
    }

    [Fact]
    public void FewRequestsHaveTheirSlowestAsHighQuantile() => Assert.Equal(
        new LatencySummary(3, 2, 30, 30, 30),
        LatencySummary.Of([TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)]));

    [Fact]
    public void WithoutRequestsThereAreNoQuantiles() => Assert.Equal(new LatencySummary(0, null, null, null, null), LatencySummary.Of([]));

    [Fact]
    public void EnoughAndNotTooManyRequestsAreAtOrBelowAQuantile()
    {
        var milliseconds = Gen.Choose(0, 100).NonEmptyListOf();
        Prop.ForAll(milliseconds.ToArbitrary(), values =>
        {
            var summary = LatencySummary.Of(values.Select(value => TimeSpan.FromMilliseconds(value)));
            return Holds(values, summary.P50!.Value, 0.5) && Holds(values, summary.P99!.Value, 0.99)
                && Holds(values, summary.P999!.Value, 0.999) && summary.Max == values.Max();
        }).QuickCheckThrowOnFailure();

        static bool Holds(IReadOnlyCollection<int> values, double quantile, double share) =>
            values.Count(value => value <= quantile) >= share * values.Count && values.Count(value => value < quantile) < share * values.Count;
    }

    [Fact]
    public void ASpanHasTheRequestsThatWereDueInIt()
    {
        var recording = new LoadRecording();
        foreach (var due in (long[])[30, 10, 20, 40])
        {
            recording.Add(new RequestSample(due, TimeSpan.FromMilliseconds(due), due == 20 ? "status 500" : null));
        }

        Assert.Equal([30, 20], recording.Between(20, 40).Select(sample => sample.IntendedAt));
        Assert.Equal((4, 1), recording.Totals);
    }
}
