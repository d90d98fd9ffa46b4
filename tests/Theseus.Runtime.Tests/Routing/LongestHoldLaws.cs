using Theseus.Calls;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Routing;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Routing;

/// <summary>The last resort of callers whom nobody lets go: they are told, and wait no longer.</summary>
public sealed class LongestHoldLaws
{
    [Fact]
    public async Task AnAsynchronousCallThatNobodyLetsGoFailsAfterTheLongestHold()
    {
        var clock = new ManualTimeProvider();
        var slot = new SlotFixture(clock);
        slot.Slot.Publish(new HeldRoute(slot.StableLeases));
        var waiting = slot.Proxy.EchoAsync("a", CancellationToken.None).AsTask();

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        var refused = await Assert.ThrowsAsync<ComponentUnavailableException>(() => waiting.WaitAsync(SlotFixture.Deadline));
        Assert.Contains("held back for over 60 s", refused.Message, StringComparison.Ordinal);
        slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task ASynchronousCallThatNobodyLetsGoFailsAfterTheLongestHold()
    {
        var slot = new ComponentSlot("echo", new ManualTimeProvider(), longestHold: TimeSpan.FromMilliseconds(50));
        var proxy = (IEcho)(object)ProxyFactory.Create(ProxyFactory.FindProxyType(typeof(IEcho)), slot);
        slot.SetMethods(((ContractProxy)(object)proxy).ContractMethods);
        var leases = new GenerationLeases(new Echoes("stable"), slot.Methods.Count);
        slot.Publish(new HeldRoute(leases));

        var waiting = Task.Factory.StartNew(() => proxy.Echo("a"), TaskCreationOptions.LongRunning);

        var refused = await Assert.ThrowsAsync<ComponentUnavailableException>(() => waiting.WaitAsync(SlotFixture.Deadline));
        Assert.Contains("held back for over 0.05 s", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, leases.InFlight);
    }
}
