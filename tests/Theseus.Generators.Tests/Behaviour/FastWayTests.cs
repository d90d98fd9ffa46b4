namespace Theseus.Generators.Tests.Behaviour;

public sealed class FastWayTests
{
    [Fact]
    public void ASynchronousCallHoldsItsLeaseWhileItRunsAndNoLonger()
    {
        ProbeSlot? slot = null;
        long inside = 0;
        (slot, var proxy) = ProbeSlot.Fast<IProbe>(new Probe { Result = () => inside = slot!.InFlight });
        WarmThread(slot, proxy);

        proxy.Void("");

        Assert.Equal(1, inside);
        Assert.Equal(0, slot.InFlight);
        Assert.Empty(slot.Log.Skip(2));
    }

    [Fact]
    public void AThrowLeavesTheLeaseOnce()
    {
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(new Probe { Result = () => throw new FormatException() });
        WarmThread(slot, proxy);

        Assert.Throws<FormatException>(() => proxy.Void(""));
        Assert.Throws<FormatException>(() => { _ = proxy.Run(default); });
        Assert.Throws<FormatException>(() => { _ = proxy.Tick(); });

        Assert.Equal(0, slot.InFlight);
        Assert.Empty(slot.Log.Skip(2));
    }

    // A thread's first call takes the routed way, where its counters are made.
    private static void WarmThread(ProbeSlot slot, IProbe proxy)
    {
        Assert.Equal(4, proxy.Twice(2));
        Assert.Equal(["succeed", "end"], slot.Log);
    }
}
