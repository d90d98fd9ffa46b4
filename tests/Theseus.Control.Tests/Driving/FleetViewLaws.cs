using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Tests.Driving;

/// <summary>Of what nodes say the newest counts, in whichever order it comes.</summary>
public sealed class FleetViewLaws
{
    private readonly FleetView _fleet = new();

    private bool Take(string incarnation, long claim, long sequence, params string[] components) => _fleet.Take(
        new NodeReport
        {
            Node = "node1",
            Incarnation = incarnation,
            Claim = claim,
            // Clocks of nodes are wrong by hours.
            StartedAt = Scenes.At(-3600 * (int)claim),
            Sequence = sequence,
            Components = [.. components.Select(one => Scenes.Report(one, fence: sequence))],
        },
        out _);

    [Fact]
    public void AnOlderReportOfAProcessAndADoubledOneAreNoNews()
    {
        Assert.True(Take("p", 1, 5, "a"));

        Assert.False(Take("p", 1, 4, "a"));
        Assert.False(Take("p", 1, 5, "a"));
        Assert.Equal(5, _fleet.Find("node1", "a")!.Fence);
        Assert.True(Take("p", 1, 6, "a"));
    }

    [Fact]
    public void OfTwoProcessesTheOneWithTheLaterClaimCountsWhateverTheirClocksSay()
    {
        Assert.True(Take("old", 1, 900, "a"));
        Assert.True(Take("new", 2, 1, "a"));

        Assert.False(Take("old", 1, 901, "a"));
        Assert.Equal(1, _fleet.Find("node1", "a")!.Fence);
    }

    [Fact]
    public void AComponentThatANodeHasNoLongerIsForgotten()
    {
        Take("p", 1, 1, "a", "b");
        Take("p", 1, 2, "b");

        Assert.Null(_fleet.Find("node1", "a"));
        Assert.Equal(2, _fleet.Find("node1", "b")!.Fence);
        Assert.Equal(0, _fleet.HighestFence(["a"]));
    }

    [Fact]
    public void AnotherProcessIsTold()
    {
        Take("p", 1, 1, "a");
        var again = new NodeReport { Node = "node1", Incarnation = "q", Claim = 2, StartedAt = Scenes.At(1), Sequence = 1, Components = [] };

        Assert.True(_fleet.Take(again, out var isNewProcess) && isNewProcess);
        Assert.True(_fleet.Take(again with { Sequence = 2 }, out isNewProcess) && !isNewProcess);
    }
}
