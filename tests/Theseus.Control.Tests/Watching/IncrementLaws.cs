using FsCheck;
using FsCheck.Fluent;
using Theseus.Control.Analysis;
using Theseus.Fleet;
using Theseus.Fleet.Metrics;

namespace Theseus.Control.Tests.Watching;

/// <summary>Reports have counts from the beginning: what is lost or comes twice changes nothing of their sum.</summary>
public sealed class IncrementLaws
{
    private static readonly ReleaseId s_release = new("1.0.0", "d1");

    [Fact]
    public void WhicheverReportsAreLostAndWhicheverComeTwiceEachCallCountsOnce() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(
            (from steps in Gen.ListOf(from failed in Gen.Choose(0, 3) from givenUp in Gen.Choose(0, 2) from untimed in Gen.Choose(0, 3) from latencies in Gen.ListOf(Gen.Choose(0, LatencyBuckets.Count - 1)) select (failed, givenUp, untimed, latencies.ToList()))
             from heard in Gen.ListOf(Gen.Choose(0, 2))
             select (Steps: steps.ToList(), Heard: heard.ToList())).ToArbitrary(),
            course =>
            {
                // Each step's report is heard 0, 1 or 2 times; the last one once more, since a node goes on reporting.
                ComponentReport? known = Report(new());
                var (total, sum) = (new Counts(), SideCalls.None);
                for (var step = 0; step < course.Steps.Count; step++)
                {
                    total = total.And(course.Steps[step]);
                    for (var time = 0; time < (step < course.Heard.Count ? course.Heard[step] : 1); time++)
                    {
                        Hear(Report(total));
                    }
                }

                Hear(Report(total));
                return sum.Failures == total.Failed + total.GivenUp && sum.Untimed == total.Untimed && sum.Latency.Equals(total.Latency);

                void Hear(ComponentReport report)
                {
                    sum = CallIncrements.Between(known, report).Aggregate(sum, (all, one) => all.And(one.Calls));
                    known = report;
                }
            }));

    [Fact]
    public void TheFirstReportOfAProcessCountsWhole() =>
        Assert.Equal(7, Assert.Single(CallIncrements.Between(null, Report(new() { Untimed = 7 }))).Calls.Calls);

    [Fact]
    public void AnotherGenerationBeginsAnew()
    {
        var before = Report(new() { Untimed = 7 });
        var now = before with { Calls = [before.Calls[0], before.Calls[0] with { Generation = 2 }] };
        Assert.Equal(7, Assert.Single(CallIncrements.Between(before, now)).Calls.Calls);
    }

    [Fact]
    public void CountsThatFallBeganAnewAndAreNeverNegative()
    {
        var before = Report(new() { Untimed = 7, Failed = 5, Latency = LatencySketch.FromBuckets([new(3, 2)]) });
        Assert.Equal(4, Assert.Single(CallIncrements.Between(before, Report(new() { Untimed = 4 }))).Calls.Calls);
        Assert.Equal(2, Assert.Single(CallIncrements.Between(before, Report(new() { Untimed = 8, Failed = 5, Latency = LatencySketch.FromBuckets([new(4, 2)]) }))).Calls.Latency.Count);
    }

    [Fact]
    public void ACallThatItsCallerGaveUpIsNoAnswer() =>
        Assert.Equal(3, Assert.Single(CallIncrements.Between(null, Report(new() { GivenUp = 3 }))).Calls.Failures);

    private static ComponentReport Report(Counts counts) => new()
    {
        Component = "a",
        Contract = "IA",
        Calls =
        [
            new(s_release, 1,
            [
                new MethodCalls
                {
                    Method = "M()",
                    Answered = counts.Latency.Count + counts.Untimed,
                    GivenUp = counts.GivenUp,
                    Failures = new Dictionary<string, long> { ["E"] = counts.Failed },
                    Latency = counts.Latency,
                },
            ]),
        ],
    };

    private sealed record Counts
    {
        public long Failed { get; init; }

        public long GivenUp { get; init; }

        public long Untimed { get; init; }

        public LatencySketch Latency { get; init; } = LatencySketch.Empty;

        public Counts And((int Failed, int GivenUp, int Untimed, List<int> Latencies) step) => new()
        {
            Failed = Failed + step.Failed,
            GivenUp = GivenUp + step.GivenUp,
            Untimed = Untimed + step.Untimed,
            Latency = LatencySketch.Merge([Latency, .. step.Latencies.Select(bucket => LatencySketch.FromBuckets([new(bucket, 1)]))]),
        };
    }
}
