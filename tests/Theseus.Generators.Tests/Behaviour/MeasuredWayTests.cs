namespace Theseus.Generators.Tests.Behaviour;

public sealed class MeasuredWayTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public void ASynchronousCallIsCountedBeforeItsLeaseIsGivenBack()
    {
        ProbeSlot? slot = null;
        (long Inside, long Answered) seen = default;
        var (measured, proxy) = Measured(new Probe { Result = () => seen = (slot!.InFlight, slot.Meter.Answers) });
        slot = measured;

        proxy.Void("");

        Assert.Equal((1, 0), seen);
        AssertLeft(slot, answered: 1);
    }

    [Fact]
    public void AThrowIsCountedByTheNameOfItsTypeAndReachesTheCallerAsItWas()
    {
        var failure = new FormatException();
        var (slot, proxy) = Measured(new Probe { Result = () => throw failure });

        Assert.Same(failure, Assert.Throws<FormatException>(() => proxy.Void("")));
        Assert.Same(failure, Assert.Throws<FormatException>(() => proxy.Sum([1], 1m)));
        Assert.Same(failure, Assert.Throws<FormatException>(() => { _ = proxy.Run(default); }));
        Assert.Same(failure, Assert.Throws<FormatException>(() => { _ = proxy.Render("", default); }));
        Assert.Same(failure, Assert.Throws<FormatException>(() => { _ = proxy.Tick(); }));
        Assert.Same(failure, Assert.Throws<FormatException>(() => { _ = proxy.Next(1, default); }));

        AssertLeft(slot, failures: Enumerable.Repeat("System.FormatException", 6));
    }

    [Fact]
    public async Task ATaskThatIsAnsweredAtOnceIsCountedAndGivenOnAsItIs()
    {
        var task = Task.FromResult("answer");
        var (slot, proxy) = Measured(new Probe { Result = () => task });

        Assert.Same(task, proxy.Render("", default));
        Assert.Same(task, proxy.Run(default));
        Assert.True(proxy.Tick().IsCompletedSuccessfully);
        Assert.Equal(2, await proxy.Next(1, default));

        AssertLeft(slot, answered: 4);
    }

    [Fact]
    public void ATaskThatFailedAtOnceIsCountedByTheNameOfItsFailure()
    {
        var (slot, proxy) = Measured(new Probe { Result = () => Task.FromException<int>(new FormatException()) });

        Assert.IsType<FormatException>(proxy.Run(default).Exception!.InnerException);
        Assert.Throws<FormatException>(() => proxy.Tick().GetAwaiter().GetResult());
        Assert.Throws<FormatException>(() => proxy.Next(1, default).GetAwaiter().GetResult());

        AssertLeft(slot, failures: Enumerable.Repeat("System.FormatException", 3));
    }

    [Fact]
    public void ANullInThePlaceOfATaskIsAFailure()
    {
        var (slot, proxy) = Measured(new Probe());

        Assert.Null(proxy.Render("", default));

        AssertLeft(slot, failures: ["null in the place of a task"]);
    }

    [Fact]
    public async Task ASuspendedCallIsCountedWhenItIsAnswered()
    {
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (slot, proxy) = Measured(new Probe { Result = () => gate.Task });

        var run = proxy.Run(default);
        var tick = proxy.Tick().AsTask();
        var next = proxy.Next(1, default).AsTask();
        Assert.Equal((3, 0), (slot.InFlight, slot.Meter.Answers));
        gate.SetResult(7);
        await Task.WhenAll(run, tick, next).WaitAsync(s_deadline);

        Assert.Equal(7, await next);
        Assert.NotSame(gate.Task, run);
        AssertLeft(slot, answered: 3);
    }

    [Fact]
    public async Task ASuspendedCallThatFailsIsCountedByTheNameOfItsFailure()
    {
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (slot, proxy) = Measured(new Probe { Result = () => gate.Task });

        Task[] calls = [proxy.Run(default), proxy.Tick().AsTask(), proxy.Next(1, default).AsTask()];
        gate.SetException(new FormatException());
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<FormatException>(() => call.WaitAsync(s_deadline));
        }

        AssertLeft(slot, failures: Enumerable.Repeat("System.FormatException", 3));
    }

    [Fact]
    public async Task ACallThatItsCallerCancelledIsGivenUpAndOneThatTheComponentCancelledHasFailed()
    {
        using var source = new CancellationTokenSource();
        var (slot, proxy) = Measured(new Probe());
        var given = proxy.Run(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.WaitAsync(s_deadline));

        var (own, owned) = Measured(new Probe { Result = () => throw new OperationCanceledException() });
        Assert.Throws<OperationCanceledException>(() => owned.Wait(1, source.Token));
        Assert.Throws<OperationCanceledException>(() => owned.Wait(1, CancellationToken.None));

        Assert.Equal(1, slot.Meter.GivenUp);
        AssertLeft(slot);
        Assert.Equal(1, own.Meter.GivenUp);
        AssertLeft(own, failures: ["System.OperationCanceledException"]);
    }

    [Fact]
    public void EveryShapeIsForwardedAsItIs()
    {
        var probe = new Probe();
        var (slot, proxy) = Measured(probe);

        ShapeAssertions.AllAreForwarded(proxy, probe);

        Assert.Equal(0, slot.InFlight);
    }

    [Fact]
    public void CallsThatNeverSuspendAllocateNothing()
    {
        var completed = Task.FromResult("");
        var (slot, proxy) = Measured(new Probe { Result = () => completed });
        int[] values = [1, 2, 3];
        Measure();
        Measure();

        Assert.Equal(0, Measure());
        AssertLeft(slot, answered: 3 * 9 * 1_000);

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

    // A thread's first call takes the routed way, where its counters are made; what is asserted comes after it.
    private static (ProbeSlot Slot, IProbe Proxy) Measured(Probe probe)
    {
        var (slot, proxy) = ProbeSlot.Measured<IProbe>(probe);
        Assert.Equal(4, proxy.Twice(2));
        Assert.Equal(["succeed", "end"], slot.Log);
        slot.Log.Clear();
        return (slot, proxy);
    }

    // Every call was counted once, has left once, and none took the routed way.
    private static void AssertLeft(ProbeSlot slot, long answered = 0, IEnumerable<string>? failures = null)
    {
        Assert.Equal(0, slot.InFlight);
        Assert.Equal((answered, 0), (slot.Meter.Answers, slot.Meter.Untimed));
        Assert.Equal(failures ?? [], slot.Meter.Failures);
        Assert.Equal(answered + slot.Meter.Failures.Count + slot.Meter.GivenUp + 1, slot.Admitted);
        Assert.Empty(slot.Log);
    }
}
