using System.Collections;

namespace Theseus.Generators.Tests.Behaviour;

/// <summary>Streams and sequences: the lease lives until they end, on either way.</summary>
public sealed class HeldLeaseTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public void AStreamHoldsItsLeaseUntilItIsDisposed()
    {
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(new Probe());

        var stream = proxy.Open("");
        Assert.Equal(1, stream.ReadByte());
        Assert.Equal(1, slot.InFlight);
        stream.Dispose();
        stream.Dispose();

        Assert.Equal(0, slot.InFlight);
        Assert.Equal(["succeed", "end"], slot.Log);
    }

    [Fact]
    public async Task AStreamThatIsAwaitedHoldsItsLeaseUntilItIsDisposed()
    {
        var probe = new Probe();
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(probe);

        var opening = proxy.OpenAsync("", default);
        probe.Gate.SetResult();
        var first = await opening.WaitAsync(s_deadline);
        var second = await proxy.OpenAsync2("");
        Assert.Equal(2, slot.InFlight);
        await first.DisposeAsync();
        Assert.Equal(1, slot.InFlight);
        await second.DisposeAsync();

        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public async Task AStreamThatNeverCameHoldsNothing()
    {
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(new Probe { Result = () => throw new FormatException() });

        Assert.Null(proxy.OpenOrNull());
        Assert.Throws<FormatException>(() => proxy.Open(""));
        await Assert.ThrowsAsync<FormatException>(async () => await proxy.OpenAsync2(""));
        using var source = new CancellationTokenSource();
        var opening = proxy.OpenAsync("", source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(s_deadline));

        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public void AStreamWithAnArgumentThatCannotBeKeptIsOpenedInPlace()
    {
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(new Probe());
        var target = new[] { 1 };

        using (proxy.OpenInto(target))
        {
            Assert.Equal(0, target[0]);
            Assert.Equal(1, slot.InFlight);
        }

        Assert.Equal(["succeed", "end"], slot.Log);
    }

    [Fact]
    public void ASequenceIsACallForEachEnumerationAndEndsWhenAbandoned()
    {
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(new Probe());

        var sequence = proxy.Range(3, 2);
        Assert.Equal(0, slot.Admitted);
        Assert.Equal([0, 2, 4], sequence);
        foreach (var value in sequence)
        {
            Assert.Equal(0, value);
            Assert.Equal(1, slot.InFlight);
            break;
        }

        Assert.Equal(2, slot.Admitted);
        Assert.Equal(0, slot.InFlight);
        Assert.Equal(["succeed", "end", "end"], slot.Log);
    }

    [Fact]
    public void AContractMayBeASequenceItself()
    {
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(new Probe());

        Assert.Equal([0, 1, 2], proxy);
        Assert.Equal([1, 2], proxy.Untyped().Cast<int>());
        foreach (var value in (IEnumerable)proxy)
        {
            Assert.Equal(0, value);
            Assert.Equal(1, slot.InFlight);
            break;
        }

        Assert.Equal(0, slot.InFlight);
        Assert.Equal(3, slot.Admitted);
    }

    [Fact]
    public async Task AnAsyncSequenceEndsWhenAbandonedOrCancelled()
    {
        var probe = new Probe();
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(probe);
        using var source = new CancellationTokenSource();

        await foreach (var value in proxy.RangeAsync(5))
        {
            Assert.Equal(1, slot.InFlight);
            if (value == 2)
            {
                break;
            }
        }

        Assert.Equal(0, slot.InFlight);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var value in proxy.RangeAsync(5, source.Token))
            {
                await source.CancelAsync();
            }
        });

        Assert.Equal(0, slot.InFlight);
        Assert.Equal(2, slot.Admitted);
    }
}
