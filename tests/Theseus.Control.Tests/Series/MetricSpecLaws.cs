using FsCheck;
using FsCheck.Fluent;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Series;

/// <summary>How a metric that waves are judged by is written.</summary>
public sealed class MetricSpecLaws
{
    [Fact]
    public void WhatIsWrittenIsReadAgainAsTheSame()
    {
        var metrics =
            from source in Gen.Elements(Enum.GetValues<MetricSource>())
            from of in Gen.Elements("node.processor", "orders/backlog", "queue")
            from worse in Gen.Elements(Enum.GetValues<MetricWorse>())
            from then in Gen.Elements(Enum.GetValues<MetricThen>())
            from share in Gen.Elements(0.1, 0.05, 1e-9, 2.5)
            from least in Gen.Elements(0, 0.05, 1e12)
            from limit in Gen.Elements<double?>(null, 0, -3.5, 1e-7)
            from still in Gen.Elements(true, false)
            select new JudgedMetric { Name = "m", Source = source, Of = source == MetricSource.Prometheus ? $"sum(x{{a=\"b; by 3\",n=~\"$nodes\"}}) > {of.Length}" : of, Worse = worse, Then = then, By = share, From = least, Limit = limit, MayStandStill = still };
        Prop.ForAll(Arb.From(metrics), metric =>
        {
            Assert.True(MetricSpec.TryParse("m", MetricSpec.Write(metric), out var read));
            Assert.Equal(metric, read);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("node.processor")]
    [InlineData("graphite:x")]
    [InlineData("3:x")]
    [InlineData("node:node.processor; by ten")]
    [InlineData("node:node.processor; then explode")]
    [InlineData("instrument:a; sometimes")]
    public void WhatIsNoMetricIsNotRead(string text) => Assert.False(MetricSpec.TryParse("m", text, out _));

    [Theory]
    [InlineData("metric.cpu", "node:node.speed", "is none of a node's: 'node.speed'. There are: node.silent, node.processor,")]
    [InlineData("metric.cpu", "node:nodes.alive", "is none of a node's")]
    [InlineData("metric.cpu", "prometheus:up", "asks the same of both sides: write $nodes")]
    [InlineData("metric.a b", "instrument:x", "has letters, digits, - and _ in its name")]
    [InlineData("metric.cpu", "instrument:", "has to name what is measured")]
    [InlineData("metric.cpu", "instrument:x; by 0", "takes 'by' from above 0")]
    [InlineData("metric.cpu", "instrument:x; from -1", "takes 'from' from 0 on")]
    [InlineData("metric.cpu", "cpu", "write SOURCE:WHICH")]
    public void WhatCannotBeIsToldWithWhatToWrite(string name, string text, string fault)
    {
        ParameterReader.Read(UpgradeStrategy.Canary, new Dictionary<string, string> { [name] = text }, out var faults);

        Assert.Contains(fault, Assert.Single(faults));
    }

    [Fact]
    public void SeveralAreOfOneUpgradeAndNotTooMany()
    {
        var many = Enumerable.Range(0, WaveJudging.MostMetrics + 1).ToDictionary(one => $"metric.m{one}", _ => "node:node.heap; by 20%; then ask");

        ParameterReader.Read(UpgradeStrategy.Canary, many, out var faults);
        Assert.Contains($"at most {WaveJudging.MostMetrics} metrics", Assert.Single(faults));

        many.Remove("metric.m0");
        var read = ParameterReader.Read(UpgradeStrategy.Canary, many, out faults);
        Assert.Empty(faults);
        Assert.Equal(WaveJudging.MostMetrics, read.Judging.Metrics!.Count);
        Assert.Contains(new JudgedMetric { Name = "m7", Source = MetricSource.Node, Of = "node.heap", By = 0.2, Then = MetricThen.Ask }, read.Judging.Metrics!);
        // Replayed with another, that of the same name is another one.
        var other = ParameterReader.ReadJudging(read.Judging, new Dictionary<string, string> { ["metric.m7"] = "node:node.heap; by 50%" }, out faults);
        Assert.Empty(faults);
        Assert.Equal(0.5, Assert.Single(other.Metrics!, one => one.Name == "m7").By);
    }
}
