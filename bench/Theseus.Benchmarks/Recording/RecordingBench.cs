using Theseus.Benchmarks.Calls;
using Theseus.Runtime.Metrics;

namespace Theseus.Benchmarks.Recording;

/// <summary>The figures of <c>bench/results/recording.md</c>.</summary>
internal static class RecordingBench
{
    public static void Run(TextWriter output)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            Synchronous(output, threads);
        }

        var calculator = new Calculator();
        ShortRounds.Run(output, "Asynchronous, completes at once: `ValueTask<int>`", 1,
            ("direct interface call", CallLoops.AtOnce<byte>(calculator), 20_000),
            ("Theseus proxy, nobody looks", CallLoops.AtOnce<sbyte>(MeasuredSlot.ProxyOf(calculator, null)), 20_000),
            ("**counted, every call timed**", CallLoops.AtOnce<short>(MeasuredSlot.ProxyOf(calculator, 1)), 5_000),
            ("**counted, one in 8 timed**", CallLoops.AtOnce<ushort>(MeasuredSlot.ProxyOf(calculator, 8)), 10_000),
            ("counted and timed by a clock that costs nothing", CallLoops.AtOnce<int>(MeasuredSlot.ProxyOf(calculator, 1, new FreeClock())), 10_000));
        ShortRounds.Run(output, "Asynchronous, suspends: `ValueTask<int>`", 1,
            ("direct interface call", CallLoops.Later<byte>(calculator, calculator), 1_000),
            ("Theseus proxy, nobody looks", CallLoops.Later<sbyte>(MeasuredSlot.ProxyOf(calculator, null), calculator), 1_000),
            ("**counted, every call timed**", CallLoops.Later<short>(MeasuredSlot.ProxyOf(calculator, 1), calculator), 1_000));
    }

    private static void Synchronous(TextWriter output, int threads)
    {
        var calculator = new Calculator();
        using var instrument = new WithInstrument(calculator);
        ShortRounds.Run(output, $"Synchronous, on {threads} thread{(threads > 1 ? "s" : "")}", threads,
            ("direct interface call", CallLoops.Synchronous<byte>(calculator), 50_000),
            ("the clock read twice, nothing else", CallLoops.Synchronous<sbyte>(new ClockAlone(calculator)), 5_000),
            ("one latency counted, nothing else", CallLoops.Synchronous<short>(new CountAlone(calculator, new MethodMeter())), 10_000),
            ("Theseus proxy, nobody looks", CallLoops.Synchronous<ushort>(MeasuredSlot.ProxyOf(calculator, null)), 50_000),
            ("**counted, every call timed**", CallLoops.Synchronous<int>(MeasuredSlot.ProxyOf(calculator, 1)), 5_000),
            ("**counted, one in 8 timed**", CallLoops.Synchronous<uint>(MeasuredSlot.ProxyOf(calculator, 8)), 10_000),
            ("counted, next to none timed", CallLoops.Synchronous<long>(MeasuredSlot.ProxyOf(calculator, 10_000)), 10_000),
            ("counted and timed by a clock that costs nothing", CallLoops.Synchronous<ulong>(MeasuredSlot.ProxyOf(calculator, 1, new FreeClock())), 10_000),
            ("`Histogram<double>.Record`, with a listener", CallLoops.Synchronous<char>(instrument), 5_000),
            ("histogram under a lock", CallLoops.Synchronous<float>(new UnderLockHistogram(calculator)), 5_000));
    }
}
