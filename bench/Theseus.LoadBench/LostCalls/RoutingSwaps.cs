using System.Globalization;
using Relay;
using Theseus.Calls;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Routing;

namespace Theseus.LoadBench.LostCalls;

/// <summary>Swaps of the route alone: published, drained, and the old generation watched for calls from then on.</summary>
internal static class RoutingSwaps
{
    public const int Full = 100_000;
    public const int Small = 2_000;

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
        var (swaps, executed) = (0L, 0L);
        var generation = Next();
        slot.Publish(new SoleRoute(generation.Leases));
        using var callers = RelayCallers.Start((IRelay)proxy, version => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var begun = time.GetTimestamp();
        var bound = run.Time(420, 20);
        while (swaps < run.Count(Full, Small) && time.GetElapsedTime(begun) < bound)
        {
            var old = generation;
            generation = Next();
            slot.Publish(new SoleRoute(generation.Leases));
            executed += Retire(old.Relay, old.Leases);
            if (++swaps % 20_000 == 0)
            {
                run.Tell($"{swaps} routing swaps, {callers.Answered} calls");
            }
        }

        callers.Stop();
        executed += Retire(generation.Relay, generation.Leases);
        var elapsed = time.GetElapsedTime(begun);
        return new SwapCounts
        {
            Swaps = swaps,
            Elapsed = elapsed,
            Calls = callers.Started,
            Lost = callers.Started - callers.Answered,
            Failures = callers.Failures,
            OnDrained = tally.Violations,
            Unaccounted = Math.Abs(executed - callers.Answered),
        };

        (WatchedRelay Relay, GenerationLeases Leases) Next()
        {
            var relay = new WatchedRelay(swaps, tally);
            return (relay, new GenerationLeases(relay, slot.Methods.Count));
        }
    }

    /// <summary>Drains a generation that no route names any more, and closes it. Returns how many calls it executed.</summary>
    private static long Retire(WatchedRelay relay, GenerationLeases leases)
    {
        if (!leases.DrainAsync().Wait(s_longestDrain))
        {
            throw new TimeoutException($"Generation {relay.Version} did not drain: {leases.InFlight} calls inside.");
        }

        relay.Close();
        leases.Release();
        return relay.Ended;
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
        private volatile bool _closed;
        private long _ended;

        public string Version { get; } = number.ToString(CultureInfo.InvariantCulture);

        public long Ended => Interlocked.Read(ref _ended);

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
            Interlocked.Increment(ref _ended);
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
