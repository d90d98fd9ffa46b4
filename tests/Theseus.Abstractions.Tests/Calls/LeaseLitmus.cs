using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Theseus.Calls;

/// <summary>
/// The lease protocol on real threads: callers call, and a swapper swaps, drains and then poisons what it drained. A
/// caller that meets poison ran on a generation that was gone. Its choices come from a seed, which
/// <c>THESEUS_SEED</c> sets; what the threads make of them is up to the machine. The controls, which must fail, are in
/// <see cref="LeaseProtocolModelLaws"/>, where they fail each time.
/// </summary>
public sealed class LeaseLitmus(ITestOutputHelper output)
{
    private const int Callers = 3;
    private const int Swaps = 10_000;
    private const int Methods = 2;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task NoCallerMeetsAGenerationThatWasDrained()
    {
        var seed = Environment.GetEnvironmentVariable("THESEUS_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        output.WriteLine($"THESEUS_SEED={seed}");
        var run = new Run();
        var callers = Enumerable.Range(1, Callers).Select(number => Start(() => run.Call(new Random(seed + number)))).ToArray();
        var finisher = Start(run.FinishMoved);
        try
        {
            await run.SwapAsync(new Random(seed));
        }
        finally
        {
            run.Stop();
        }

        var calls = (await Task.WhenAll(callers).WaitAsync(s_deadline)).Sum() + await finisher.WaitAsync(s_deadline);
        output.WriteLine($"{calls} calls");
        Assert.Equal(0, run.Violations);
        Assert.True(calls > Swaps, "too few calls to mean anything");
        Assert.All(run.Generations, generation => Assert.Equal(0, generation.InFlight));
    }

    private static Task<long> Start(Func<long> body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Target
    {
        public bool IsGone;
    }

    private sealed class Run
    {
        private readonly BlockingCollection<(CallLease Lease, int Method)> _moved = new(boundedCapacity: 64);
        private readonly TestSlot _slot;
        private volatile bool _stopped;
        private int _violations;

        public Run()
        {
            Generations.Add(new GenerationLeases(new Target(), Methods));
            _slot = new TestSlot(Generations[0]);
        }

        public List<GenerationLeases> Generations { get; } = [];

        public int Violations => _violations;

        /// <summary>Calls; one call in sixteen is left for another thread to finish.</summary>
        public long Call(Random random)
        {
            long calls = 0;
            while (!_stopped)
            {
                var method = random.Next(Methods);
                var lease = _slot.Enter(method);
                Check(lease);
                if (random.Next(16) == 0 && TryMove(lease, method))
                {
                    continue;
                }

                Thread.SpinWait(random.Next(20));
                Check(lease);
                lease.Exit(method);
                calls++;
                if (random.Next(8) == 0)
                {
                    // Outside of a lease: the swapper gets its turn also where there are fewer processors than threads.
                    Thread.Yield();
                }
            }

            return calls;
        }

        /// <summary>Finishes what callers left.</summary>
        public long FinishMoved()
        {
            long calls = 0;
            foreach (var (lease, method) in _moved.GetConsumingEnumerable())
            {
                Check(lease);
                lease.Exit(method);
                calls++;
            }

            return calls;
        }

        /// <summary>Swaps; one swap in four gives up its drain, goes back and leaves once more.</summary>
        public async Task SwapAsync(Random random)
        {
            for (var swap = 0; swap < Swaps; swap++)
            {
                var old = Generations[^1];
                WaitForCallers(old, random.Next(20));
                var next = new GenerationLeases(new Target(), Methods);
                Generations.Add(next);
                _slot.Publish(next);
                if (random.Next(4) == 0)
                {
                    var givenUp = old.DrainAsync();
                    Thread.SpinWait(random.Next(200));
                    old.StopDraining();
                    _slot.Publish(old);
                    Thread.SpinWait(random.Next(200));
                    _slot.Publish(next);
                    Assert.True(givenUp.IsCompleted);
                }

                await old.DrainAsync().WaitAsync(s_deadline);
                Volatile.Write(ref ((Target)old.Instance!).IsGone, true);
            }
        }

        private static void WaitForCallers(GenerationLeases generation, int admitted)
        {
            var started = Stopwatch.GetTimestamp();
            while (generation.Admitted < admitted)
            {
                Assert.True(Stopwatch.GetElapsedTime(started) < s_deadline, "nobody calls");
                Thread.Yield();
            }
        }

        public void Stop()
        {
            _stopped = true;
            _moved.CompleteAdding();
        }

        private bool TryMove(CallLease lease, int method)
        {
            try
            {
                return _moved.TryAdd((lease, method));
            }
            catch (InvalidOperationException) when (_stopped)
            {
                return false;
            }
        }

        private void Check(CallLease lease)
        {
            if (Volatile.Read(ref lease.Instance<Target>().IsGone))
            {
                Interlocked.Increment(ref _violations);
            }
        }
    }
}
