using System.Globalization;
using Theseus.Calls.Litmus.Frozen;
using Xunit;

namespace Theseus.Calls.Litmus;

/// <summary>
/// The lease protocol that ships, and frozen copies that lack a part, under the same litmus. Its choices come from a
/// seed, which <c>THESEUS_SEED</c> sets; what the threads make of them is up to the machine. <see
/// cref="LeaseProtocolModelLaws"/> has every execution of the protocol in the small.
/// </summary>
public sealed class LeaseLitmusLaws(ITestOutputHelper output)
{
    private const int Methods = 2;

    // The controls are caught after some hundreds of swaps, rarely after a few thousand.
    private const int SwapsToCatchIn = 100_000;
    private const int Attempts = 15;

    [Fact]
    public Task NoCallerMeetsAGenerationThatWasDrained() => AssertHoldsAsync(new ShippedLeases(Methods), LitmusPace.Tight, swaps: 4_000);

    [Fact]
    public Task NoCallerMeetsItWhereCallsAreSuspendedAndEndElsewhere() => AssertHoldsAsync(new ShippedLeases(Methods), LitmusPace.Crowded, swaps: 10_000);

    [Fact]
    public Task NoCallerMeetsItWithTheFrozenCopyThatIsWhole() => AssertHoldsAsync(new FrozenLeases(Methods), LitmusPace.Tight, swaps: 2_000);

    [Fact]
    public Task WithoutTheSecondReadACallerMeetsIt() => AssertFailsAsync(() => new LeasesThatReadFirst(Methods));

    [Fact]
    public Task WithoutBarriersACallerMeetsIt()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "On one processor nobody sees that a store is held back.");
        return AssertFailsAsync(() => new LeasesWithoutBarriers(Methods));
    }

    private async Task AssertHoldsAsync<TGeneration, TLease>(ILeaseProtocol<TGeneration, TLease> protocol, LitmusPace pace, int swaps)
        where TGeneration : class where TLease : struct
    {
        var litmus = new LeaseLitmus<TGeneration, TLease>(protocol, Methods, pace);
        var calls = await litmus.RunAsync(Seed(), swaps);
        output.WriteLine($"{calls} calls");
        Assert.Equal((0, 0, swaps), (litmus.Violations, litmus.Stuck, litmus.Swaps));
        Assert.True(calls > swaps, "too few calls to mean anything");
        Assert.All(litmus.Generations, generation => Assert.Equal(0, protocol.InFlight(generation)));
    }

    /// <summary>Whether two threads meet within nanoseconds is chance, and rare where others take their processors: so it is tried until they have.</summary>
    private async Task AssertFailsAsync(Func<FrozenLeases> control)
    {
        // Without barriers an exit may be missed, too: such a drain is given up soon, and the search goes on.
        var pace = LitmusPace.Tight with { Deadline = TimeSpan.FromSeconds(1) };
        var seed = Seed();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var litmus = new LeaseLitmus<FrozenGeneration, FrozenLeases.Lease>(control(), Methods, pace);
            var calls = await litmus.RunAsync(seed + (attempt * 1000), SwapsToCatchIn);
            output.WriteLine($"{litmus.Swaps} swaps, {litmus.Stuck} of them stuck, {calls} calls");
            if (litmus.Violations > 0)
            {
                return;
            }
        }

        Assert.Fail($"not caught in {Attempts * SwapsToCatchIn} swaps");
    }

    private int Seed()
    {
        var seed = Environment.GetEnvironmentVariable("THESEUS_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        output.WriteLine($"THESEUS_SEED={seed}");
        return seed;
    }
}
