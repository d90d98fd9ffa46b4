using Theseus.Calls;

namespace Theseus.Generators.Tests.Behaviour;

public sealed class RoutedWayTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public void EveryShapeIsForwardedAsItIs()
    {
        var probe = new Probe();
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(probe);

        ShapeAssertions.AllAreForwarded(proxy, probe);

        Assert.Equal(0, slot.InFlight);
        Assert.Equal(slot.Log.Count(what => what == "end"), slot.Log.Count(what => what == "succeed"));
        Assert.Equal(slot.Admitted, slot.Log.Count(what => what == "end"));
    }

    [Fact]
    public async Task AFailureIsCountedOnceAndToldToTheCaller()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(new Probe { Result = () => throw new FormatException() });

        Assert.Throws<FormatException>(() => proxy.Void(""));
        Assert.Throws<FormatException>(() => proxy.Add(1));
        Assert.Throws<FormatException>(() => { var calls = 0; proxy.Fill([], ref calls, out _); });
        Assert.Throws<FormatException>(() => proxy.Open(""));
        await Assert.ThrowsAsync<FormatException>(() => proxy.Run(default));
        await Assert.ThrowsAsync<FormatException>(() => proxy.Render("", default));
        await Assert.ThrowsAsync<FormatException>(async () => await proxy.Tick());
        await Assert.ThrowsAsync<FormatException>(async () => await proxy.OpenAsync2(""));

        Assert.Equal(Enumerable.Repeat<string[]>(["fail FormatException", "end"], 8).SelectMany(pair => pair), slot.Log);
        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public async Task AnIdempotentCallThatFailsOnTrialIsAnsweredByTheStableVersion()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(
            new Probe { Result = () => throw new FormatException("on trial") },
            new Probe());

        Assert.Equal(3, proxy.Add(1));
        Assert.Equal(4, proxy.Sum([1, 2], 1m));
        Assert.Equal(8, await proxy.Next(7, default));

        Assert.Equal(Enumerable.Repeat<string[]>(["shield on trial", "succeed", "end"], 3).SelectMany(calls => calls), slot.Log);
        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public async Task ATaskThatFailsOnTrialIsAnsweredByTheStableVersion()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(
            new Probe { Result = () => new FormatException("on trial") },
            new Probe { Result = () => Task.FromResult("stable") });

        Assert.Equal("stable", await proxy.Render("", default));

        Assert.Equal(["shield on trial", "succeed", "end"], slot.Log);
    }

    [Fact]
    public async Task WhenTheStableVersionFailsTooItsFailureIsTheCallers()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(
            new Probe { Result = () => throw new FormatException("on trial") },
            new Probe { Result = () => throw new ArithmeticException() });

        Assert.Throws<ArithmeticException>(() => proxy.Add(1));
        await Assert.ThrowsAsync<ArithmeticException>(() => proxy.Render("", default));

        Assert.Equal(["shield on trial", "fail ArithmeticException", "end", "shield on trial", "fail ArithmeticException", "end"], slot.Log);
        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public async Task ACallThatIsNotIdempotentIsNeverMadeTwice()
    {
        var stableCalls = 0;
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(
            new Probe { Result = () => throw new FormatException() },
            new Probe { Result = () => stableCalls++ });

        Assert.Throws<FormatException>(() => proxy.Void(""));
        await Assert.ThrowsAsync<FormatException>(async () => await proxy.Tick());

        Assert.Equal(0, stableCalls);
        Assert.DoesNotContain(slot.Log, what => what.StartsWith("shield", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ACallThatItsCallerGaveUpIsNotMadeAgain()
    {
        using var source = new CancellationTokenSource();
        var stableCalls = 0;
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(
            new Probe { Result = () => { source.Cancel(); throw new OperationCanceledException(source.Token); } },
            new Probe { Result = () => stableCalls++ });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proxy.Render("", source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => proxy.Wait(1, source.Token));

        Assert.Equal(0, stableCalls);
        Assert.Equal(2, slot.Log.Count(what => what == "end"));
        Assert.DoesNotContain(slot.Log, what => what.StartsWith("shield", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ACancelledWaitForAGenerationHoldsNothing()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(new Probe());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proxy.Run(new CancellationToken(canceled: true)));

        Assert.Equal(0, slot.Admitted);
        Assert.Empty(slot.Log);
    }

    [Fact]
    public async Task ANullInThePlaceOfATaskIsAFailure()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(new Probe());

        await Assert.ThrowsAsync<InvalidOperationException>(() => proxy.Render("", default));

        Assert.Equal(["fail InvalidOperationException", "end"], slot.Log);
        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public async Task AnArgumentThatCannotBeKeptIsPassedInPlace()
    {
        var probe = new Probe();
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(probe);
        var buffer = new char[2];

        var write = proxy.Write(buffer);
        var write2 = proxy.Write2(buffer).AsTask();
        Assert.Equal("xx", new string(buffer));
        Assert.Equal(2, slot.InFlight);
        probe.Gate.SetResult();

        Assert.Equal(5, await write.WaitAsync(s_deadline));
        Assert.Equal(5, await write2.WaitAsync(s_deadline));
        Assert.Equal(["succeed", "end", "succeed", "end"], slot.Log);
        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public async Task ACopyIsTheSameCallOnAnotherInstance()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(new Probe(), wantsCopies: true);
        using var source = new CancellationTokenSource();
        int[] values = [1, 2, 3];

        Assert.Equal(16, proxy.Sum(values, 10m));
        Assert.Equal(6, await proxy.Next(5, source.Token));
        Assert.Equal(7, proxy.Wait(7, source.Token));
        proxy.Void("not idempotent, not copied");

        Assert.Equal(["succeed", "copy 16", "end", "succeed", "copy 6", "end", "succeed", "copy 7", "end", "succeed", "end"], slot.Log);
        var other = new Probe { Result = () => 100 };
        values[0] = 1_000;
        using var own = new CancellationTokenSource();
        Assert.Equal(106, await slot.Replays[0](other, own.Token));
        Assert.Equal(6, await slot.Replays[1](other, own.Token));
        Assert.Equal(own.Token, other.Token);
        using var later = new CancellationTokenSource();
        Assert.Equal(100, await slot.Replays[2](other, later.Token));
        Assert.Equal(later.Token, other.Token);
    }

    [Fact]
    public async Task FaultsInTheBooksDoNotReachTheCaller()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(new Probe(), wantsCopies: true, failsToCount: true);
        Assert.Equal(3, proxy.Add(1));
        Assert.Equal(6, await proxy.Next(5, default));
        proxy.Void("");
        using (proxy.Open(""))
        {
        }

        Assert.Equal(0, slot.InFlight);

        var (failing, thrower) = ProbeSlot.Routed<IProbe>(new Probe { Result = () => throw new FormatException() }, failsToCount: true);
        Assert.Throws<FormatException>(() => thrower.Add(1));
        Assert.Throws<FormatException>(() => thrower.Void(""));
        await Assert.ThrowsAsync<FormatException>(() => thrower.Run(default));
        Assert.Equal(0, failing.InFlight);
    }

    [Fact]
    public async Task TheMarkedParameterIsTheKeyAndOtherwiseTheFlowsOwn()
    {
        var (slot, proxy) = ProbeSlot.Routed<IProbe>(new Probe { Result = () => Task.FromResult("") });
        RoutingKey.Current = RoutingKey.From("tenant");

        await proxy.Render("customer", default);
        proxy.Void("");

        Assert.Equal([RoutingKey.From("customer"), RoutingKey.From("tenant")], slot.Keys);
    }

    [Fact]
    public void GenericContractsHaveGenericProxies()
    {
        var (slot, cache) = ProbeSlot.Routed<ICache<string, int>>(new Cache());
        var (_, inner) = ProbeSlot.Fast<Outer<string>.IInner>(new Inner());
        var (_, comparer) = ProbeSlot.Fast<IComparer<int>>(Comparer<int>.Default);

        Assert.True(cache.TryAdd("a", 1));
        Assert.False(cache.TryAdd("a", 1));
        Assert.Equal(nameof(GenericContractsHaveGenericProxies), inner.Get());
        Assert.Equal(-1, comparer.Compare(1, 2));
        Assert.Equal("TryAdd(TKey, TValue)", slot.Methods[0].Name);
    }

    private sealed class Cache : ICache<string, int>
    {
        private readonly Dictionary<string, int> _values = [];

        public bool TryAdd(string key, int value) => _values.TryAdd(key, value);
    }

    private sealed class Inner : Outer<string>.IInner
    {
        public string Get(string? caller = null) => caller!;
    }
}
