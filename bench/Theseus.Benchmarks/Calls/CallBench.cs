namespace Theseus.Benchmarks.Calls;

/// <summary>The figures of <c>bench/results/calls.md</c>.</summary>
internal static class CallBench
{
    public static void Run(TextWriter output)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            Synchronous(output, threads);
        }

        var calculator = new Calculator();
        var proxy = SoleSlot.ProxyOf(calculator);
        ShortRounds.Run(output, "Asynchronous, completes at once: `ValueTask<int>`", 1,
            ("direct interface call", CallLoops.AtOnce<byte>(calculator), 20_000),
            ("**Theseus proxy**", CallLoops.AtOnce<short>(proxy), 20_000));
        ShortRounds.Run(output, "Asynchronous, completes at once: `Task<int>`", 1,
            ("direct interface call", CallLoops.TaskAtOnce<byte>(calculator), 20_000),
            ("**Theseus proxy**", CallLoops.TaskAtOnce<short>(proxy), 20_000));
        ShortRounds.Run(output, "Asynchronous, suspends: `ValueTask<int>`", 1,
            ("direct interface call", CallLoops.Later<byte>(calculator, calculator), 1_000),
            ("**Theseus proxy**", CallLoops.Later<short>(proxy, calculator), 1_000));
        ShortRounds.Run(output, "Asynchronous, suspends: `Task<int>`", 1,
            ("direct interface call", CallLoops.TaskLater<byte>(calculator, calculator), 1_000),
            ("**Theseus proxy**", CallLoops.TaskLater<short>(proxy, calculator), 1_000));
    }

    private static void Synchronous(TextWriter output, int threads)
    {
        var calculator = new Calculator();
        ShortRounds.Run(output, $"Synchronous, on {threads} thread{(threads > 1 ? "s" : "")}", threads,
            ("direct interface call", CallLoops.Synchronous<byte>(calculator), 50_000),
            ("volatile field (no drain)", CallLoops.Synchronous<sbyte>(new VolatileField(calculator)), 50_000),
            ("**Theseus proxy**", CallLoops.Synchronous<short>(SoleSlot.ProxyOf(calculator)), 50_000),
            ("interlocked count", CallLoops.Synchronous<ushort>(new InterlockedCount(calculator)), 10_000),
            ("lock", CallLoops.Synchronous<int>(new UnderLock(calculator)), 10_000),
            ("reader-writer lock", CallLoops.Synchronous<uint>(new UnderReaderLock(calculator)), 2_000),
            ("DispatchProxy", CallLoops.Synchronous<long>(Alternatives.DispatchProxy(calculator)), 2_000),
            ("Castle DynamicProxy", CallLoops.Synchronous<ulong>(Alternatives.Castle(calculator)), 2_000));
    }
}
