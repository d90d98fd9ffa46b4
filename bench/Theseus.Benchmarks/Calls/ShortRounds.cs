using System.Diagnostics;
using System.Globalization;

namespace Theseus.Benchmarks.Calls;

/// <summary>
/// A bench for machines that others use too, and for more threads than one. Every round measures all ways one after the
/// other, so that what disturbs the machine disturbs all alike. A round is short, shorter than a scheduler's time slice,
/// and its figure is the time from the common start until the last thread is done; a way's figure is the lowest decile of
/// its rounds: those in which all threads ran at once and nothing else did. A run's first way is what the others are
/// compared with.
/// </summary>
internal static class ShortRounds
{
    private const int Rounds = 400;
    private const int WarmUpRounds = 200;

    public static void Run(TextWriter output, string title, int threads, params (string Name, Func<int, int> Run, int Calls)[] ways)
    {
        output.WriteLine($"### {title}{Environment.NewLine}");
        output.WriteLine("| way | ns per call | over direct | times direct | bytes per call |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        var figures = Measure(threads, ways);
        var direct = figures[0].Nanoseconds;
        foreach (var ((name, _, _), (nanoseconds, bytes)) in ways.Zip(figures))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {nanoseconds:F1} | {nanoseconds - direct:+0.0;-0.0;0} | {nanoseconds / direct:F1} | {bytes:F0} |"));
        }

        output.WriteLine();
    }

    private static (double Nanoseconds, double Bytes)[] Measure(int threads, (string Name, Func<int, int> Run, int Calls)[] ways)
    {
        var ends = new long[threads];
        var samples = ways.Select(_ => new List<double>()).ToArray();
        var bytes = ways.Select(_ => new List<double>()).ToArray();
        var (way, started, waiting, go) = (0, 0L, 0, 0);
        var workers = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            for (var round = 1; round <= (Rounds + WarmUpRounds) * ways.Length; round++)
            {
                // The last to come sets the start for all; the others spin, so that nobody has to be woken.
                if (Interlocked.Increment(ref waiting) == threads)
                {
                    waiting = 0;
                    way = round % ways.Length;
                    started = Stopwatch.GetTimestamp();
                    Volatile.Write(ref go, round);
                }

                SpinUntil(ref go, round);
                var (_, run, calls) = ways[way];
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                run(calls);
                allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
                ends[number] = Stopwatch.GetTimestamp();
                if (Interlocked.Increment(ref waiting) == threads)
                {
                    waiting = 0;
                    if (round > WarmUpRounds * ways.Length)
                    {
                        samples[way].Add(Stopwatch.GetElapsedTime(started, ends.Max()).TotalNanoseconds / calls);
                        bytes[way].Add(allocated / (double)calls);
                    }

                    Volatile.Write(ref go, -round);
                }

                SpinUntil(ref go, -round);
            }
        })).ToArray();
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return [.. samples.Zip(bytes, (times, sizes) => (times.Order().ElementAt(times.Count / 10), sizes.Order().ElementAt(sizes.Count / 2)))];
    }

    private static void SpinUntil(ref int variable, int value)
    {
        while (Volatile.Read(ref variable) != value)
        {
            Thread.SpinWait(1);
        }
    }
}
