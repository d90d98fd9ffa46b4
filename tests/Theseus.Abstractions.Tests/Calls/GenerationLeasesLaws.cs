using System.Runtime.CompilerServices;
using Xunit;

namespace Theseus.Calls;

public sealed class GenerationLeasesLaws : IDisposable
{
    private const int Methods = 3;
    private readonly GenerationLeases _old = new(new object(), Methods);
    private readonly GenerationLeases _new = new(new object(), Methods);
    private readonly TestSlot _slot;
    private readonly Workers _workers = new(2);

    public GenerationLeasesLaws() => _slot = new TestSlot(_old);

    public void Dispose() => _workers.Dispose();

    [Fact]
    public void ACallAdmittedBeforeTheSwapFinishesOnTheOldGeneration()
    {
        var before = _slot.Enter(0);
        _slot.Publish(_new);
        var after = _slot.Enter(0);

        Assert.Same(_old.Instance, before.Instance<object>());
        Assert.Same(_new.Instance, after.Instance<object>());
        var drain = _old.DrainAsync();
        Assert.False(drain.IsCompleted);

        before.Exit(0);
        Assert.True(drain.IsCompletedSuccessfully);
        after.Exit(0);
    }

    [Fact]
    public void ADrainWithNobodyInsideCompletesAtOnce()
    {
        _slot.Publish(_new);
        Assert.True(_old.DrainAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public void ADrainCompletesExactlyWhenTheLastLeaseEndsOnWhicheverThread()
    {
        var mine = _slot.Enter(0);
        var theirs = _workers.Run(0, () => _slot.Enter(1));
        _slot.Publish(_new);
        var drain = _old.DrainAsync();

        mine.Exit(0);
        Assert.False(drain.IsCompleted);
        Assert.Equal(1, _old.InFlight);

        _workers.Run(1, () => theirs.Exit(1));
        Assert.True(drain.IsCompletedSuccessfully);
        Assert.Equal(0, _old.InFlight);
        Assert.Empty(_old.InFlightByMethod());
    }

    [Fact]
    public void ALeaseThatEndsOnItsOwnThreadIsOutWithoutALookForItsCounters()
    {
        _slot.Enter(1).Exit(1);
        Assert.True(_slot.TryEnter(1, out var lease));
        _slot.Publish(_new);
        var drain = _old.DrainAsync();
        Assert.False(drain.IsCompleted);
        lease.ExitHere(1);
        Assert.True(drain.IsCompletedSuccessfully);
    }

    [Fact]
    public void ALeaseMayEndOnAThreadThatNeverEntered()
    {
        var lease = _slot.Enter(2);
        _workers.Run(0, () =>
        {
            Assert.Equal(0, LeaseThread.Index);
            lease.Exit(2);
        });
        Assert.Equal(0, _old.InFlight);
        Assert.Equal(1, _old.Admitted);
    }

    [Fact]
    public void AskingAgainForADrainGivesTheSame() => Assert.Same(_old.DrainAsync(), _old.DrainAsync());

    [Fact]
    public void AGenerationThatStopsDrainingTakesCallsAgainAndDrainsAnew()
    {
        var first = _slot.Enter(0);
        _slot.Publish(_new);
        var givenUp = _old.DrainAsync();

        _old.StopDraining();
        _slot.Publish(_old);
        Assert.True(givenUp.IsCanceled);

        first.Exit(0);
        var second = _slot.Enter(0);
        Assert.Same(_old.Instance, second.Instance<object>());

        _slot.Publish(_new);
        var drain = _old.DrainAsync();
        Assert.False(drain.IsCompleted);
        second.Exit(0);
        Assert.True(drain.IsCompletedSuccessfully);
        Assert.True(givenUp.IsCanceled);
    }

    [Fact]
    public void ACallerWhoseRouteWasReplacedDoesNotGetInAndLeavesNoTrace()
    {
        var read = _slot.Current;
        _slot.Publish(_new);
        var drain = _old.DrainAsync();
        Assert.True(drain.IsCompletedSuccessfully);

        Assert.False(_slot.TryEnter(read, _old, 0));

        Assert.Equal(0, _old.InFlight);
        Assert.Empty(_old.InFlightByMethod());
    }

    [Fact]
    public void ARouteIsNotTheSameForNamingTheSameGeneration()
    {
        // Gone back to, a generation is named by a new snapshot: the old one lets nobody in.
        var read = _slot.Current;
        _slot.Publish(_new);
        _slot.Publish(_old);
        Assert.False(_slot.TryEnter(read, _old, 0));
        Assert.Equal(0, _old.InFlight);
    }

    [Fact]
    public void TheFastWayIsRefusedToAThreadWithoutCountersAndCountsNothing()
    {
        _workers.Run(0, () => Assert.False(_slot.TryEnter(0, out _)));
        Assert.Equal(0, _old.Admitted);

        _workers.Run(0, () =>
        {
            _slot.Enter(0).Exit(0);
            Assert.True(_slot.TryEnter(0, out var lease));
            lease.Exit(0);
        });
        Assert.Equal(2, _old.Admitted);
    }

    [Fact]
    public void TheDepthCountsTheThreadsOwnSynchronousCalls()
    {
        ReadOnlySpan<bool> synchronous = [true, false, true];
        Assert.Equal(0, _old.SynchronousDepth(synchronous));
        var outer = _slot.Enter(0);
        var asynchronous = _slot.Enter(1);
        var inner = _slot.Enter(2);
        _workers.Run(0, () => _slot.Enter(0));
        Assert.Equal(2, _old.SynchronousDepth(synchronous));

        inner.Exit(2);
        Assert.Equal(1, _old.SynchronousDepth(synchronous));
        _workers.Run(1, () => asynchronous.Exit(1));
        Assert.Equal(1, _old.SynchronousDepth(synchronous));
        outer.Exit(0);
        Assert.Equal(0, _old.SynchronousDepth(synchronous));
    }

    [Fact]
    public void TheNumberOfADeadThreadIsGivenToALaterOneAndSumsStayRight()
    {
        const int Threads = 50;
        var left = _slot.Enter(0);
        var numbers = new HashSet<int>();
        var entered = 0;
        for (var reused = false; !reused;)
        {
            Assert.True(entered < 100 * Threads, "no number was ever given again");
            for (var thread = 0; thread < Threads; thread++, entered++)
            {
                using var worker = new Workers(1);
                reused |= !numbers.Add(worker.Run(0, () =>
                {
                    _slot.Enter(1).Exit(1);
                    return LeaseThread.Index;
                }));
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(entered + 1, _old.Admitted);
        Assert.Equal([(0, 1L)], _old.InFlightByMethod());
        left.Exit(0);
        Assert.Equal(0, _old.InFlight);
    }

    [Fact]
    public void AnAdmittedCallAllocatesNothing()
    {
        _slot.Enter(0).Exit(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
        {
            Assert.True(_slot.TryEnter(0, out var lease));
            lease.ExitHere(0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void AGenerationThatLetsGoOfItsInstanceDoesNotKeepIt()
    {
        var (leases, instance) = Make();
        GC.Collect();
        Assert.True(instance.IsAlive);

        leases.Release();
        GC.Collect();
        Assert.False(instance.IsAlive);
        Assert.Null(leases.Instance);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (GenerationLeases Leases, WeakReference Instance) Make()
        {
            var instance = new object();
            return (new GenerationLeases(instance, Methods), new WeakReference(instance));
        }
    }
}
