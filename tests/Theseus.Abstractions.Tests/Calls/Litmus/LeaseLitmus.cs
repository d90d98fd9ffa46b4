using System.Collections.Concurrent;
using System.Diagnostics;

namespace Theseus.Calls.Litmus;

/// <summary>
/// A lease protocol on real threads: callers call, and a swapper swaps, drains and then poisons what it drained. A
/// caller that meets poison ran on a generation that was gone.
/// </summary>
/// <param name="protocol">The protocol.</param>
/// <param name="methods">How many methods its generations count.</param>
/// <param name="pace">How the threads meet.</param>
internal sealed class LeaseLitmus<TGeneration, TLease>(ILeaseProtocol<TGeneration, TLease> protocol, int methods, LitmusPace pace)
    where TGeneration : class
    where TLease : struct
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private readonly BlockingCollection<(TLease Lease, int Method)> _moved = new(boundedCapacity: 64);
    private readonly List<(TGeneration Generation, Target Target)> _generations = [];
    private volatile bool _stopped;
    private int _violations;

    /// <summary>How often a caller met poison.</summary>
    public int Violations => Volatile.Read(ref _violations);

    /// <summary>How many swaps were done.</summary>
    public int Swaps { get; private set; }

    /// <summary>How many drains did not end.</summary>
    public int Stuck { get; private set; }

    public IEnumerable<TGeneration> Generations => _generations.Select(one => one.Generation);

    /// <summary>Runs until there were so many swaps, or a violation.</summary>
    /// <returns>How many calls were made.</returns>
    public async Task<long> RunAsync(int seed, int swaps)
    {
        Add();
        protocol.Publish(_generations[0].Generation);
        var threads = Enumerable.Range(1, pace.Callers).Select(number => Start(() => Call(new Random(seed + number)))).ToArray();
        var finisher = Start(FinishMoved);
        try
        {
            await SwapAsync(new Random(seed), swaps);
        }
        finally
        {
            _stopped = true;
            _moved.CompleteAdding();
        }

        return (await Task.WhenAll(threads).WaitAsync(s_deadline)).Sum() + await finisher.WaitAsync(s_deadline);
    }

    private static Task<long> Start(Func<long> body) => Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Calls. Half of the calls that are not left for another thread to finish leave the fast way.</summary>
    private long Call(Random random)
    {
        var memory = new ColdMemory(random);
        long calls = 0;
        while (!_stopped)
        {
            var method = random.Next(methods);
            var (moves, isFast, spins) = (pace.IsCrowded && random.Next(16) == 0, random.Next(2) == 0, random.Next(20));
            memory.Write();
            var lease = protocol.Enter(method);
            Check(lease);
            if (moves && TryMove(lease, method))
            {
                continue;
            }

            Thread.SpinWait(spins);
            Check(lease);
            if (isFast)
            {
                protocol.ExitHere(lease, method);
            }
            else
            {
                protocol.Exit(lease, method);
            }

            calls++;
            if (pace.IsCrowded && random.Next(8) == 0)
            {
                // Outside of a lease: the swapper gets its turn also where there are fewer processors than threads.
                Thread.Yield();
            }
        }

        return calls;
    }

    private long FinishMoved()
    {
        long calls = 0;
        foreach (var (lease, method) in _moved.GetConsumingEnumerable())
        {
            Check(lease);
            protocol.Exit(lease, method);
            calls++;
        }

        return calls;
    }

    /// <summary>Swaps; one swap in four gives up its drain, goes back and leaves once more.</summary>
    private async Task SwapAsync(Random random, int swaps)
    {
        for (; Swaps < swaps && Violations == 0; Swaps++)
        {
            var (old, target) = _generations[^1];
            WaitForCallers(old, random.Next(20));
            var next = Add();
            // Anywhere in the callers' turns, not always right after the entry that was waited for.
            Thread.SpinWait(random.Next(200));
            protocol.Publish(next);
            if (random.Next(4) == 0)
            {
                var givenUp = protocol.DrainAsync(old);
                Thread.SpinWait(random.Next(200));
                protocol.StopDraining(old);
                protocol.Publish(old);
                Thread.SpinWait(random.Next(200));
                protocol.Publish(next);
                if (!givenUp.IsCompleted)
                {
                    throw new InvalidOperationException("A drain that was given up did not end.");
                }
            }

            try
            {
                await protocol.DrainAsync(old).WaitAsync(pace.Deadline);
                Volatile.Write(ref target.IsGone, true);
            }
            catch (TimeoutException)
            {
                Stuck++;
            }
        }
    }

    private TGeneration Add()
    {
        var target = new Target();
        var generation = protocol.Make(target);
        _generations.Add((generation, target));
        return generation;
    }

    private void WaitForCallers(TGeneration generation, int admitted)
    {
        var started = Stopwatch.GetTimestamp();
        for (var turns = 0; protocol.Admitted(generation) < admitted; turns++)
        {
            if (Stopwatch.GetElapsedTime(started) > s_deadline)
            {
                throw new TimeoutException("Nobody calls.");
            }

            if (pace.IsCrowded || turns > 1_000)
            {
                Thread.Yield();
            }
        }
    }

    private bool TryMove(TLease lease, int method)
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

    private void Check(TLease lease)
    {
        if (Volatile.Read(ref protocol.Held(lease).IsGone))
        {
            Interlocked.Increment(ref _violations);
        }
    }
}
