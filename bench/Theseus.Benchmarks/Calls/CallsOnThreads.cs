using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Theseus.Benchmarks.Calls;

/// <summary>
/// What a synchronous call costs each thread while others make calls too. Every round measures all ways one after the
/// other, so that what disturbs the machine disturbs all alike. A round is short, shorter than a scheduler's time slice,
/// and its figure is the time from the common start until the last thread is done; a way's figure is the lowest decile of
/// its rounds: those in which all threads ran at once and nothing else did.
/// </summary>
internal static class CallsOnThreads
{
    private const int Rounds = 400;
    private const int WarmUpRounds = 200;

    private static readonly (string Name, Func<int, int> Run, int Calls)[] s_ways = Make();

    public static void Run(TextWriter output)
    {
        output.WriteLine("| way | threads | ns per call | over direct | times direct | bytes per call |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var threads in new[] { 1, 2 })
        {
            var figures = Measure(threads);
            var direct = figures[0].Nanoseconds;
            foreach (var ((name, _, _), (nanoseconds, bytes)) in s_ways.Zip(figures))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {threads} | {nanoseconds:F2} | {nanoseconds - direct:+0.00;-0.00;0} | {nanoseconds / direct:F1} | {bytes:F0} |"));
            }
        }
    }

    private static (string, Func<int, int>, int)[] Make()
    {
        var calculator = new Calculator();
        return
        [
            ("direct interface call", Loop<byte>(calculator), 50_000),
            ("volatile field (no drain)", Loop<sbyte>(new VolatileField(calculator)), 50_000),
            ("**Theseus proxy**", Loop<short>(SoleSlot.ProxyOf(calculator)), 50_000),
            ("interlocked count", Loop<ushort>(new InterlockedCount(calculator)), 10_000),
            ("lock", Loop<int>(new UnderLock(calculator)), 10_000),
            ("reader-writer lock", Loop<uint>(new UnderReaderLock(calculator)), 2_000),
            ("DispatchProxy", Loop<long>(Alternatives.DispatchProxy(calculator)), 2_000),
            ("Castle DynamicProxy", Loop<ulong>(Alternatives.Castle(calculator)), 2_000),
        ];
    }

    private static (double Nanoseconds, double Bytes)[] Measure(int threads)
    {
        var ends = new long[threads];
        var samples = s_ways.Select(_ => new List<double>()).ToArray();
        var bytes = new double[s_ways.Length];
        var (way, started, waiting, go) = (0, 0L, 0, 0);
        var workers = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            for (var round = 1; round <= (Rounds + WarmUpRounds) * s_ways.Length; round++)
            {
                // The last to come sets the start for all; the others spin, so that nobody has to be woken.
                if (Interlocked.Increment(ref waiting) == threads)
                {
                    waiting = 0;
                    way = round % s_ways.Length;
                    started = Stopwatch.GetTimestamp();
                    Volatile.Write(ref go, round);
                }

                while (Volatile.Read(ref go) != round)
                {
                    Thread.SpinWait(1);
                }

                var (_, run, calls) = s_ways[way];
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                run(calls);
                allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
                ends[number] = Stopwatch.GetTimestamp();
                if (Interlocked.Increment(ref waiting) == threads)
                {
                    waiting = 0;
                    if (round > WarmUpRounds * s_ways.Length)
                    {
                        samples[way].Add(Stopwatch.GetElapsedTime(started, ends.Max()).TotalNanoseconds / calls);
                        bytes[way] = allocated / (double)calls;
                    }

                    Volatile.Write(ref go, -round);
                }

                while (Volatile.Read(ref go) != -round)
                {
                    Thread.SpinWait(1);
                }
            }
        })).ToArray();
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return [.. samples.Zip(bytes, (rounds, allocated) => (rounds.Order().ElementAt(rounds.Count / 10), allocated))];
    }

    // One loop for each way (code for value types is not shared), so that its call site has one target: as with a caller
    // that was given a proxy once and keeps it.
    private static Func<int, int> Loop<TWay>(ICalculator target) where TWay : struct => calls => Call<TWay>(target, calls);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Call<TWay>(ICalculator target, int calls) where TWay : struct
    {
        var sum = 0;
        for (var call = 0; call < calls; call++)
        {
            sum = target.Add(sum, call);
        }

        return sum;
    }
}
