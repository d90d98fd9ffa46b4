using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace Theseus.Benchmarks.Calls;

/// <summary>Asynchronous calls: those that complete at once, and those that really suspend.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class AsynchronousCalls
{
    private const int Calls = 1_000;

    private readonly Func<int, int>[] _direct;
    private readonly Func<int, int>[] _proxy;

    public AsynchronousCalls()
    {
        var calculator = new Calculator();
        _direct = Loops<byte>(calculator, calculator);
        _proxy = Loops<short>(SoleSlot.ProxyOf(calculator), calculator);
    }

    [BenchmarkCategory("ValueTask, at once"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int AtOnceDirect() => _direct[0](Calls);

    [BenchmarkCategory("ValueTask, at once"), Benchmark(OperationsPerInvoke = Calls)]
    public int AtOnceProxy() => _proxy[0](Calls);

    [BenchmarkCategory("Task, at once"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int TaskAtOnceDirect() => _direct[1](Calls);

    [BenchmarkCategory("Task, at once"), Benchmark(OperationsPerInvoke = Calls)]
    public int TaskAtOnceProxy() => _proxy[1](Calls);

    [BenchmarkCategory("ValueTask, suspends"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int LaterDirect() => _direct[2](Calls);

    [BenchmarkCategory("ValueTask, suspends"), Benchmark(OperationsPerInvoke = Calls)]
    public int LaterProxy() => _proxy[2](Calls);

    [BenchmarkCategory("Task, suspends"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int TaskLaterDirect() => _direct[3](Calls);

    [BenchmarkCategory("Task, suspends"), Benchmark(OperationsPerInvoke = Calls)]
    public int TaskLaterProxy() => _proxy[3](Calls);

    private static Func<int, int>[] Loops<TWay>(ICalculator target, Calculator calculator) where TWay : struct =>
    [
        CallLoops.AtOnce<TWay>(target),
        CallLoops.TaskAtOnce<TWay>(target),
        CallLoops.Later<TWay>(target, calculator),
        CallLoops.TaskLater<TWay>(target, calculator),
    ];
}
