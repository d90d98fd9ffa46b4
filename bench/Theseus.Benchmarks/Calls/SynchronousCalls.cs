using BenchmarkDotNet.Attributes;

namespace Theseus.Benchmarks.Calls;

/// <summary>A synchronous call, on one thread.</summary>
[MemoryDiagnoser]
public class SynchronousCalls
{
    private const int Calls = 1_000;

    private readonly Func<int, int> _direct = CallLoops.Synchronous<byte>(new Calculator());
    private readonly Func<int, int> _volatileField = CallLoops.Synchronous<sbyte>(new VolatileField(new Calculator()));
    private readonly Func<int, int> _proxy = CallLoops.Synchronous<short>(SoleSlot.ProxyOf(new Calculator()));
    private readonly Func<int, int> _interlocked = CallLoops.Synchronous<ushort>(new InterlockedCount(new Calculator()));
    private readonly Func<int, int> _lock = CallLoops.Synchronous<int>(new UnderLock(new Calculator()));
    private readonly Func<int, int> _readerLock = CallLoops.Synchronous<uint>(new UnderReaderLock(new Calculator()));
    private readonly Func<int, int> _dispatchProxy = CallLoops.Synchronous<long>(Alternatives.DispatchProxy(new Calculator()));
    private readonly Func<int, int> _castle = CallLoops.Synchronous<ulong>(Alternatives.Castle(new Calculator()));

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int Direct() => _direct(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int VolatileField() => _volatileField(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int Proxy() => _proxy(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int InterlockedCount() => _interlocked(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int Lock() => _lock(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int ReaderWriterLock() => _readerLock(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int DispatchProxy() => _dispatchProxy(Calls);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int CastleDynamicProxy() => _castle(Calls);
}
