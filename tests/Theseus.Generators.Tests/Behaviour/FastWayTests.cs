using Theseus.Calls;

namespace Theseus.Generators.Tests.Behaviour;

public sealed class FastWayTests
{
    [Fact]
    public void ASynchronousCallHoldsItsLeaseWhileItRunsAndNoLonger()
    {
        ProbeSlot? slot = null;
        long inside = 0;
        var (fast, proxy) = Fast(new Probe { Result = () => inside = slot!.InFlight });
        slot = fast;

        proxy.Void("");

        Assert.Equal(1, inside);
        AssertLeft(slot, calls: 1);
    }

    [Fact]
    public void AThrowLeavesTheLeaseOnce()
    {
        var (slot, proxy) = Fast(new Probe { Result = () => throw new FormatException() });

        Assert.Throws<FormatException>(() => proxy.Void(""));
        Assert.Throws<FormatException>(() => Sum(proxy));
        Assert.Throws<FormatException>(() => { _ = proxy.Run(default); });
        Assert.Throws<FormatException>(() => { _ = proxy.Render("", default); });
        Assert.Throws<FormatException>(() => { _ = proxy.Tick(); });
        Assert.Throws<FormatException>(() => { _ = proxy.Next(1, default); });

        AssertLeft(slot, calls: 6);
    }

    [Fact]
    public void ATaskThatIsCompletedIsGivenOnAsItIs()
    {
        var task = Task.FromResult("answer");
        var (slot, proxy) = Fast(new Probe { Result = () => task });

        Assert.Same(task, proxy.Render("", default));
        Assert.Same(task, proxy.Run(default));
        Assert.True(proxy.Tick().IsCompletedSuccessfully);

        AssertLeft(slot, calls: 3);
    }

    [Fact]
    public void ATaskThatFailedAtOnceLeavesTheLease()
    {
        var (slot, proxy) = Fast(new Probe { Result = () => Task.FromException<int>(new FormatException()) });

        Assert.IsType<FormatException>(proxy.Run(default).Exception!.InnerException);
        Assert.Throws<FormatException>(() => proxy.Tick().GetAwaiter().GetResult());
        Assert.Throws<FormatException>(() => proxy.Next(1, default).GetAwaiter().GetResult());

        AssertLeft(slot, calls: 3);
    }

    [Fact]
    public void ANullInThePlaceOfATaskLeavesTheLease()
    {
        var (slot, proxy) = Fast(new Probe());

        Assert.Null(proxy.Render("", default));

        AssertLeft(slot, calls: 1);
    }

    [Fact]
    public async Task ASuspendedCallHoldsItsLeaseUntilItCompletes()
    {
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var text = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (slot, proxy) = Fast(new Probe { Result = () => gate.Task });
        var (texts, texter) = Fast(new Probe { Result = () => text.Task });

        var task = proxy.Run(default);
        var tick = proxy.Tick().AsTask();
        var next = proxy.Next(1, default).AsTask();
        var render = texter.Render("", default);
        Assert.Equal(3, slot.InFlight);
        Assert.Equal(1, texts.InFlight);

        gate.SetResult(7);
        text.SetResult("late");
        await task.WaitAsync(Deadline);
        await tick.WaitAsync(Deadline);
        Assert.Equal(7, await next.WaitAsync(Deadline));
        Assert.Equal("late", await render.WaitAsync(Deadline));

        AssertLeft(slot, calls: 3);
        AssertLeft(texts, calls: 1);
        // The component's own task would keep its code alive.
        Assert.NotSame(gate.Task, task);
    }

    [Fact]
    public async Task ACancelledCallLeavesTheLease()
    {
        using var source = new CancellationTokenSource();
        var (slot, proxy) = Fast(new Probe());

        var task = proxy.Run(source.Token);
        Assert.Equal(1, slot.InFlight);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(Deadline));
        Assert.True(task.IsCanceled);
        AssertLeft(slot, calls: 1);
    }

    [Fact]
    public async Task SpansAreReadBeforeTheCallSuspends()
    {
        var probe = new Probe();
        var (slot, proxy) = Fast(probe);
        var buffer = new char[3];

        var count = proxy.Count2("four");
        var write = proxy.Write(buffer);
        Assert.Equal("xxx", new string(buffer));
        Assert.Equal(2, slot.InFlight);
        probe.Gate.SetResult();

        Assert.Equal(4, await count.WaitAsync(Deadline));
        Assert.Equal(5, await write.WaitAsync(Deadline));
        AssertLeft(slot, calls: 2);
    }

    [Fact]
    public void EveryShapeIsForwardedAsItIs()
    {
        var probe = new Probe();
        var (slot, proxy) = Fast(probe);

        ShapeAssertions.AllAreForwarded(proxy, probe);

        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public void CallsThatNeverSuspendAllocateNothing()
    {
        var completed = Task.FromResult("");
        var (slot, proxy) = Fast(new Probe { Result = () => completed });
        int[] values = [1, 2, 3];
        Measure();
        Measure();

        Assert.Equal(0, Measure());
        AssertLeft(slot, calls: 3 * 9 * 1_000);

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                proxy.Count = proxy.Twice(i);
                proxy.Void("");
                proxy.Echo("");
                proxy.Sum(values, 1m);
                proxy.Run(default);
                proxy.Render("", default);
                proxy.Tick();
                proxy.Next(i, default).GetAwaiter().GetResult();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void DisposingOfAProxyLeavesTheComponentAlone()
    {
        var probe = new Probe();
        var (slot, proxy) = Fast(probe);

        proxy.Dispose();

        Assert.False(probe.Disposed);
        AssertLeft(slot, calls: 0);
    }

    [Fact]
    public void AMethodIsSynchronousOnlyIfItsLeaseEndsOnTheThreadItBeganOn()
    {
        var (_, proxy) = Fast(new Probe());
        var methods = ((ContractProxy)proxy).ContractMethods;

        Assert.Equal(Enumerable.Range(0, methods.Count), methods.Select(method => method.Index));
        Assert.Equal(methods.Count, methods.Select(method => method.Name).Distinct().Count());
        Assert.Equal(
            ["GetEnumerator()", "IEnumerable.GetEnumerator()", .. AsynchronousMethods.Order(StringComparer.Ordinal)],
            methods.Where(method => !method.IsSynchronous).Select(method => method.Name).OrderBy(name => name.Contains("GetEnumerator") ? 0 : 1).ThenBy(name => name, StringComparer.Ordinal));
        Assert.Equal(
            ["Add(int, int)", "Sum(ReadOnlySpan<int>, in decimal)", "Wait(int, CancellationToken)", "Render(string, CancellationToken)", "Next(int, CancellationToken)"],
            methods.Where(method => method.IsIdempotent).Select(method => method.Name));
    }

    private static readonly string[] AsynchronousMethods =
    [
        "Run(CancellationToken)", "Render(string, CancellationToken)", "Tick()", "Next(int, CancellationToken)",
        "Count2(ReadOnlySpan<char>)", "Write(Span<char>)", "Write2(Span<char>)",
        "Open(string)", "OpenAsync(string, CancellationToken)", "OpenAsync2(string)", "OpenOrNull()", "OpenInto(Span<int>)",
        "Range(int, in int)", "Untyped()", "RangeAsync(int, CancellationToken)",
    ];

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static int Sum(IProbe proxy) => proxy.Sum([1], 1m);

    // A thread's first call takes the routed way, where its counters are made; what is asserted comes after it.
    private static (ProbeSlot Slot, IProbe Proxy) Fast(Probe probe)
    {
        var (slot, proxy) = ProbeSlot.Fast<IProbe>(probe);
        Assert.Equal(4, proxy.Twice(2));
        Assert.Equal(["succeed", "end"], slot.Log);
        slot.Log.Clear();
        return (slot, proxy);
    }

    // Every call was admitted once, has left once, and none took the routed way.
    private static void AssertLeft(ProbeSlot slot, int calls)
    {
        Assert.Equal(0, slot.InFlight);
        Assert.Equal(calls + 1, slot.Admitted);
        Assert.Empty(slot.Log);
    }
}
