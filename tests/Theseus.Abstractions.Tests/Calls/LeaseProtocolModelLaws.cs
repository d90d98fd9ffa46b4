using Theseus.Calls.Protocol;
using Xunit;

namespace Theseus.Calls;

/// <summary>
/// Every execution of the lease protocol in the small: two callers and a swapper on processors that hold stores back.
/// The protocol has no execution in which a generation goes while a call is inside, nor one in which a drain never
/// completes. Each frozen variant that lacks one of its parts has, so each part is needed and the search finds faults.
/// </summary>
public sealed class LeaseProtocolModelLaws(ITestOutputHelper output)
{
    private readonly LeaseProtocol _protocol = new();

    [Fact]
    public void NoCallIsInsideWhenAGenerationGoes() => AssertHolds(_protocol.Swap());

    [Fact]
    public void ACallThatEndsOnAnotherProcessorHoldsTheDrainUntilThen() => AssertHolds(_protocol.SwapWhileACallMoves());

    [Fact]
    public void AGenerationMayBeGoneBackToAndLeftAgain() => AssertHolds(_protocol.SwapTwice());

    [Fact]
    public void WithoutTheSecondReadACallBeginsOnAGenerationThatIsGone() =>
        AssertFails((_protocol with { ReadsAgain = false }).Swap(), LeaseProtocol.TooLate);

    [Fact]
    public void WithoutBarriersOnOtherProcessorsAnEntryIsMissed() =>
        AssertFails((_protocol with { BarrierBeforeDrain = false, BarrierAfterDrain = false }).Swap(), LeaseProtocol.InTheMiddle);

    [Fact]
    public void WhoLeavesMayNotSumBeforeEveryEntryIsVisible() =>
        AssertFails((_protocol with { BarrierBeforeDrain = false }).Swap(), LeaseProtocol.InTheMiddle);

    [Fact]
    public void WithoutTheBarrierAfterTheDrainIsSeenTheLastExitIsMissed() =>
        AssertFails((_protocol with { BarrierAfterDrain = false }).Swap(), Machine.Stuck);

    [Fact]
    public void WithoutABarrierOnExitTwoThatLeaveMissEachOther() =>
        AssertFails((_protocol with { BarrierOnExit = false }).Swap(), Machine.Stuck);

    [Fact]
    public void SummingEntriesFirstCountsAnExitWhoseEntryItMissed() =>
        AssertFails((_protocol with { ExitsFirst = false }).Swap(), LeaseProtocol.InTheMiddle);

    [Fact]
    public void WhoWasSuspendedMayNotCompleteALaterDrain() =>
        AssertFails((_protocol with { OwnDrain = false }).SwapTwice(), LeaseProtocol.InTheMiddle);

    private void AssertHolds(Machine machine)
    {
        var violations = machine.FindViolations(out var states);
        output.WriteLine($"{states} states");
        Assert.Empty(violations);
        Assert.True(states > 500, "the search ended too early to mean anything");
    }

    private void AssertFails(Machine machine, string expected)
    {
        var violations = machine.FindViolations(out var states);
        output.WriteLine($"{states} states; {string.Join("; ", violations.Keys)}");
        output.WriteLine(Assert.Contains(expected, violations));
    }
}
