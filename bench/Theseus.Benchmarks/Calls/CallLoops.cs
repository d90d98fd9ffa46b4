using System.Runtime.CompilerServices;

namespace Theseus.Benchmarks.Calls;

/// <summary>
/// Loops of calls. There is one loop for each way, made for it by a value type of its own (code for value types is not
/// shared), so that its call site has one target: as with a caller that was given a proxy once and keeps it.
/// </summary>
internal static class CallLoops
{
    public static Func<int, int> Synchronous<TWay>(ICalculator target) where TWay : struct => calls => Add<TWay>(target, calls);

    public static Func<int, int> AtOnce<TWay>(ICalculator target) where TWay : struct => calls => AddAtOnce<TWay>(target, calls);

    public static Func<int, int> TaskAtOnce<TWay>(ICalculator target) where TWay : struct => calls => AddTaskAtOnce<TWay>(target, calls);

    /// <summary>The calls are completed by the loop, on the same thread: what is measured is the call, not a thread pool. The caller awaits.</summary>
    public static Func<int, int> Later<TWay>(ICalculator target, Calculator calculator) where TWay : struct => calls => AddLater<TWay>(target, calculator, calls);

    /// <inheritdoc cref="Later"/>
    public static Func<int, int> TaskLater<TWay>(ICalculator target, Calculator calculator) where TWay : struct => calls => AddTaskLater<TWay>(target, calculator, calls);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Add<TWay>(ICalculator target, int calls) where TWay : struct
    {
        var sum = 0;
        for (var call = 0; call < calls; call++)
        {
            sum = target.Add(sum, call);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AddAtOnce<TWay>(ICalculator target, int calls) where TWay : struct
    {
        var sum = 0;
        for (var call = 0; call < calls; call++)
        {
            sum = target.AddAtOnceAsync(sum, call).Result;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AddTaskAtOnce<TWay>(ICalculator target, int calls) where TWay : struct
    {
        var sum = 0;
        for (var call = 0; call < calls; call++)
        {
            sum = target.AddAtOnceTaskAsync(sum, call).Result;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AddLater<TWay>(ICalculator target, Calculator calculator, int calls) where TWay : struct
    {
        var sum = 0;
        for (var call = 0; call < calls; call++)
        {
            var answer = Await<TWay>(target, sum, call);
            calculator.Complete();
            sum += answer.Result;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AddTaskLater<TWay>(ICalculator target, Calculator calculator, int calls) where TWay : struct
    {
        var sum = 0;
        for (var call = 0; call < calls; call++)
        {
            var answer = AwaitTask<TWay>(target, sum, call);
            calculator.CompleteTask();
            sum += answer.Result;
        }

        return sum;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> Await<TWay>(ICalculator target, int left, int right) where TWay : struct =>
        await target.AddLaterAsync(left, right).ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> AwaitTask<TWay>(ICalculator target, int left, int right) where TWay : struct =>
        await target.AddLaterTaskAsync(left, right).ConfigureAwait(false);
}
