using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.Channels.Tests.Wire;

/// <summary>A node with very much to tell is heard all the same: what counts least is left out.</summary>
public sealed class SizeLaws
{
    [Fact]
    public void OwnInstrumentsAreLeftOutFirstAndThenCallsThatNothingIsJudgedBy()
    {
        var one = Sample.Report("node1").Components[0];
        var many = Enumerable.Range(0, WireLimits.Instruments).Select(number => one.Instruments[0] with { Meter = new string('m', 400), Tags = new Dictionary<string, string> { ["number"] = $"{number}" } }).ToList();
        var calls = one.Calls[0] with { Methods = [.. Enumerable.Range(0, 200).Select(number => one.Calls[0].Methods[0] with { Method = $"{new string('x', 400)}{number}" })] };
        var report = Sample.Report("node1") with { Components = [.. Enumerable.Range(0, 4).Select(number => one with { Component = $"c{number}", Instruments = many })] };
        var larger = report with { Components = [.. report.Components.Select((component, number) => component with { Calls = Enumerable.Repeat(calls, 3).ToList(), Trial = number == 0 ? one.Trial : null })] };

        Assert.All(Again(Sample.Report("node1")).Components, component => Assert.Equal(one.Instruments.Count, component.Instruments.Count));
        var without = Again(report);
        Assert.All(without.Components, component => Assert.Equal((0, one.Calls.Count), (component.Instruments.Count, component.Calls.Count)));
        Assert.NotNull(without.Process);
        Assert.Equal([3, 0, 0, 0], Again(larger).Components.Select(component => component.Calls.Count));
    }

    [Fact]
    public void OfTooManyReadingsTheNewestGenerationsStay()
    {
        var one = Sample.Report("node1").Components[0];
        var many = Enumerable.Range(0, WireLimits.Instruments + 50).Select(number => one.Instruments[0] with { Generation = number + 1 }).ToList();

        var again = Again(Sample.Report("node1") with { Components = [one with { Instruments = many }] });

        Assert.Equal(Enumerable.Range(51, WireLimits.Instruments), again.Components[0].Instruments.Select(reading => reading.Generation));
    }

    private static NodeReport Again(NodeReport report)
    {
        var message = WireFormat.Write(report);
        return WireFormat.ReadNodeReport(message.Type, message.Body.ToArray());
    }
}
