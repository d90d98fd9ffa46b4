using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace Theseus.Benchmarks.Calls;

/// <summary>
/// Asynchronous calls: those that complete at once, and those that really suspend. The latter are completed by the
/// bench, on the same thread, so that what is measured is the call and not a thread pool. The caller awaits in each.
/// </summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class AsynchronousCalls
{
    private const int Calls = 1_000;

    private readonly Calculator _calculator = new();
    private ICalculator _direct = null!;
    private ICalculator _proxy = null!;

    [GlobalSetup]
    public void Setup() => (_direct, _proxy) = (_calculator, SoleSlot.ProxyOf(_calculator));

    [BenchmarkCategory("ValueTask, at once"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int AtOnceDirect() => AtOnce(_direct);

    [BenchmarkCategory("ValueTask, at once"), Benchmark(OperationsPerInvoke = Calls)]
    public int AtOnceProxy() => AtOnce(_proxy);

    [BenchmarkCategory("Task, at once"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int TaskAtOnceDirect() => TaskAtOnce(_direct);

    [BenchmarkCategory("Task, at once"), Benchmark(OperationsPerInvoke = Calls)]
    public int TaskAtOnceProxy() => TaskAtOnce(_proxy);

    [BenchmarkCategory("ValueTask, suspends"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int LaterDirect() => Later(_direct);

    [BenchmarkCategory("ValueTask, suspends"), Benchmark(OperationsPerInvoke = Calls)]
    public int LaterProxy() => Later(_proxy);

    [BenchmarkCategory("Task, suspends"), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public int TaskLaterDirect() => TaskLater(_direct);

    [BenchmarkCategory("Task, suspends"), Benchmark(OperationsPerInvoke = Calls)]
    public int TaskLaterProxy() => TaskLater(_proxy);

    private static int AtOnce(ICalculator target)
    {
        var sum = 0;
        for (var call = 0; call < Calls; call++)
        {
            sum = target.AddAtOnceAsync(sum, call).Result;
        }

        return sum;
    }

    private static int TaskAtOnce(ICalculator target)
    {
        var sum = 0;
        for (var call = 0; call < Calls; call++)
        {
            sum = target.AddAtOnceTaskAsync(sum, call).Result;
        }

        return sum;
    }

    private int Later(ICalculator target)
    {
        var sum = 0;
        for (var call = 0; call < Calls; call++)
        {
            var answer = Await(target, sum, call);
            _calculator.Complete();
            sum += answer.Result;
        }

        return sum;
    }

    private int TaskLater(ICalculator target)
    {
        var sum = 0;
        for (var call = 0; call < Calls; call++)
        {
            var answer = AwaitTask(target, sum, call);
            _calculator.CompleteTask();
            sum += answer.Result;
        }

        return sum;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> Await(ICalculator target, int left, int right) =>
        await target.AddLaterAsync(left, right).ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> AwaitTask(ICalculator target, int left, int right) =>
        await target.AddLaterTaskAsync(left, right).ConfigureAwait(false);
}
