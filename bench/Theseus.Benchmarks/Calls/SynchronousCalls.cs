using BenchmarkDotNet.Attributes;

namespace Theseus.Benchmarks.Calls;

/// <summary>A synchronous call, on one thread.</summary>
[MemoryDiagnoser]
public class SynchronousCalls
{
    private const int Calls = 1_000;

    private readonly ICalculator _direct = new Calculator();
    private readonly ICalculator _proxy = SoleSlot.ProxyOf(new Calculator());
    private readonly ICalculator _volatileField = new VolatileField(new Calculator());
    private readonly ICalculator _interlocked = new InterlockedCount(new Calculator());
    private readonly ICalculator _lock = new UnderLock(new Calculator());
    private readonly ICalculator _readerLock = new UnderReaderLock(new Calculator());
    private readonly ICalculator _dispatchProxy = Alternatives.DispatchProxy(new Calculator());
    private readonly ICalculator _castle = Alternatives.Castle(new Calculator());

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int Direct() => Call(_direct);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int Proxy() => Call(_proxy);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int VolatileField() => Call(_volatileField);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int InterlockedCount() => Call(_interlocked);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int Lock() => Call(_lock);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int ReaderWriterLock() => Call(_readerLock);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int DispatchProxy() => Call(_dispatchProxy);

    [Benchmark(OperationsPerInvoke = Calls)]
    public int CastleDynamicProxy() => Call(_castle);

    private static int Call(ICalculator target)
    {
        var sum = 0;
        for (var call = 0; call < Calls; call++)
        {
            sum = target.Add(sum, call);
        }

        return sum;
    }
}
