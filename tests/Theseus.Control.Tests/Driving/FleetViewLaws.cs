using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Tests.Driving;

/// <summary>Of what nodes say the newest counts, in whichever order it comes.</summary>
public sealed class FleetViewLaws
{
    private readonly FleetView _fleet = new();

    private bool Take(string incarnation, int startedAt, long sequence, params string[] components) => _fleet.Take(
        new NodeReport
        {
            Node = "node1",
            Incarnation = incarnation,
            StartedAt = Scenes.At(startedAt),
            Sequence = sequence,
            Components = [.. components.Select(one => Scenes.Report(one, fence: sequence))],
        },
        out _);

    [Fact]
    public void AnOlderReportOfAProcessAndADoubledOneAreNoNews()
    {
        Assert.True(Take("p", 0, 5, "a"));

        Assert.False(Take("p", 0, 4, "a"));
        Assert.False(Take("p", 0, 5, "a"));
        Assert.Equal(5, _fleet.Find("node1", "a")!.Fence);
        Assert.True(Take("p", 0, 6, "a"));
    }

    [Fact]
    public void OfTwoProcessesTheYoungerCountsWhateverTheOlderStillSays()
    {
        Assert.True(Take("old", 0, 900, "a"));
        Assert.True(Take("new", 1, 1, "a"));

        Assert.False(Take("old", 0, 901, "a"));
        // Two that say that they began at the same moment: the one that is known stays.
        Assert.False(Take("other", 1, 5, "a"));
        Assert.Equal(1, _fleet.Find("node1", "a")!.Fence);
    }

    [Fact]
    public void AComponentThatANodeHasNoLongerIsForgotten()
    {
        Take("p", 0, 1, "a", "b");
        Take("p", 0, 2, "b");

        Assert.Null(_fleet.Find("node1", "a"));
        Assert.Equal(2, _fleet.Find("node1", "b")!.Fence);
        Assert.Equal(0, _fleet.HighestFence(["a"]));
    }

    [Fact]
    public void AnotherProcessIsTold()
    {
        Take("p", 0, 1, "a");
        var again = new NodeReport { Node = "node1", Incarnation = "q", StartedAt = Scenes.At(1), Sequence = 1, Components = [] };

        Assert.True(_fleet.Take(again, out var isNewProcess) && isNewProcess);
        Assert.True(_fleet.Take(again with { Sequence = 2 }, out isNewProcess) && !isNewProcess);
    }
}
