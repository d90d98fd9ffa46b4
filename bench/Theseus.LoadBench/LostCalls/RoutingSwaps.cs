using System.Globalization;
using Relay;
using Theseus.Calls;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Routing;

namespace Theseus.LoadBench.LostCalls;

/// <summary>
/// Swaps of the routes alone: every one that a swap publishes, in its order, then the drain; and the old generation is
/// watched for calls from then on. Every other swap holds callers back, as one that moves state does; the others have a
/// trial that shares the calls.
/// </summary>
internal static class RoutingSwaps
{
    public const int Full = 100_000;
    public const int Small = 2_000;

    private const int RecentCalls = 16;

    private static readonly TimeSpan s_longestDrain = TimeSpan.FromSeconds(30);

    // On a thread of its own that waits for each drain: on the pool it would queue behind the callers.
    public static Task<SwapCounts> RunAsync(BenchRun run) =>
        Task.Factory.StartNew(() => Run(run), TaskCreationOptions.LongRunning);

    private static SwapCounts Run(BenchRun run)
    {
        var time = TimeProvider.System;
        var slot = new ComponentSlot("relay", time);
        var proxy = ProxyFactory.Create(ProxyFactory.FindProxyType(typeof(IRelay)), slot);
        slot.SetMethods(proxy.ContractMethods);
        var tally = new Tally();
        var (swaps, waited, executed) = (0L, 0L, 0L);
        var generation = Next();
        slot.Publish(new SoleRoute(generation.Leases));
        using var callers = RelayCallers.Start((IRelay)proxy, version => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var begun = time.GetTimestamp();
        var bound = run.Time(900, 20);
        while (swaps < run.Count(Full, Small) && time.GetElapsedTime(begun) < bound)
        {
            // A swap that no caller is there for proves nothing.
            generation.Relay.WaitForCall(s_longestDrain);
            var old = generation;
            slot.Publish(new RecordingRoute(old.Leases, new CallRecorder(RecentCalls)));
            generation = Next();
            if (swaps % 2 == 0)
            {
                slot.Publish(new HeldRoute(old.Leases));
                Drain(old.Relay, old.Leases);
            }
            else
            {
                slot.Publish(new TrialRoute(old.Leases, generation.Leases, share: 0.5, new Trial((ulong)swaps, shields: true)));
                generation.Relay.WaitForCall(s_longestDrain);
            }

            slot.Publish(new SoleRoute(generation.Leases));
            var (calls, hadToWait) = Retire(old.Relay, old.Leases);
            executed += calls;
            waited += hadToWait ? 1 : 0;
            swaps++;
        }

        callers.Stop();
        executed += Retire(generation.Relay, generation.Leases).Calls;
        var elapsed = time.GetElapsedTime(begun);
        return new SwapCounts
        {
            Swaps = swaps,
            Elapsed = elapsed,
            Calls = callers.Started,
            Lost = callers.Started - callers.Answered,
            Failures = callers.Failures,
            OnDrained = tally.Violations,
            Waited = waited,
            Unaccounted = Math.Abs(executed - callers.Answered),
        };

        (WatchedRelay Relay, GenerationLeases Leases) Next()
        {
            var relay = new WatchedRelay(swaps, tally);
            return (relay, new GenerationLeases(relay, slot.Methods.Count));
        }
    }

    /// <summary>Drains a generation that no route names any more, and closes it. Returns how many calls it executed, and whether some were inside.</summary>
    private static (long Calls, bool HadToWait) Retire(WatchedRelay relay, GenerationLeases leases)
    {
        var hadToWait = Drain(relay, leases);
        relay.Close();
        leases.Release();
        return (relay.Ended, hadToWait);
    }

    private static bool Drain(WatchedRelay relay, GenerationLeases leases)
    {
        var drained = leases.DrainAsync();
        var hadToWait = !drained.IsCompleted;
        return drained.Wait(s_longestDrain)
            ? hadToWait
            : throw new TimeoutException($"Generation {relay.Version} did not drain: {leases.InFlight} calls inside.");
    }

    private sealed class Tally
    {
        private long _violations;

        public long Violations => Interlocked.Read(ref _violations);

        public void Count() => Interlocked.Increment(ref _violations);
    }

    /// <summary>A generation that tells when a call is inside it after its drain.</summary>
    private sealed class WatchedRelay(long number, Tally tally) : IRelay
    {
        private readonly ManualResetEventSlim _called = new(initialState: false, spinCount: 0);
        private volatile bool _closed;
        private long _ended;

        public string Version { get; } = number.ToString(CultureInfo.InvariantCulture);

        public long Ended => Interlocked.Read(ref _ended);

        /// <summary>Waits until a call has been made.</summary>
        public void WaitForCall(TimeSpan deadline)
        {
            if (!_called.Wait(deadline))
            {
                throw new TimeoutException($"Nobody called generation {Version}.");
            }
        }

        public void Close() => _closed = true;

        public string Call(Func<string> next)
        {
            Check();
            var answer = $"{Version}>{next()}";
            Leave();
            return answer;
        }

        public async Task<string> CallAsync(Func<Task<string>> next)
        {
            Check();
            var answer = $"{Version}>{await next().ConfigureAwait(false)}";
            Leave();
            return answer;
        }

        private void Leave()
        {
            Check();
            if (Interlocked.Increment(ref _ended) == 1)
            {
                _called.Set();
            }
        }

        private void Check()
        {
            if (_closed)
            {
                tally.Count();
            }
        }
    }
}
