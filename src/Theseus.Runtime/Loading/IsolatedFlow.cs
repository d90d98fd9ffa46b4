using System.Runtime.CompilerServices;

namespace Theseus.Runtime.Loading;

/// <summary>
/// Runs a component's code in an execution context of its own: it does not see the caller's <see cref="AsyncLocal{T}"/>
/// values, and those that it sets do not stay behind, where they would keep its code alive.
/// </summary>
internal static class IsolatedFlow
{
    private static readonly ExecutionContext _empty = CaptureEmpty();

    /// <summary>Runs it.</summary>
    public static void Run(Action work) => ExecutionContext.Run(_empty, static state => ((Action)state!)(), work);

    /// <summary>Runs it and returns what it returns.</summary>
    public static T Run<T>(Func<T> work)
    {
        T result = default!;
        Run(() => { result = work(); });
        return result;
    }

    /// <summary>Runs it, the asynchronous rest included.</summary>
    [OverloadResolutionPriority(1)]
    public static Task RunAsync(Func<Task> work) => Run(work);

    /// <summary>Runs it, the asynchronous rest included.</summary>
    public static ValueTask RunAsync(Func<ValueTask> work) => Run(work);

    /// <summary>Runs it, the asynchronous rest included.</summary>
    [OverloadResolutionPriority(1)]
    public static Task<T> RunAsync<T>(Func<Task<T>> work) => Run(work);

    /// <summary>Runs it, the asynchronous rest included.</summary>
    public static ValueTask<T> RunAsync<T>(Func<ValueTask<T>> work) => Run(work);

    private static ExecutionContext CaptureEmpty()
    {
        // A thread started without flow begins with the empty context, which has no public name.
        ExecutionContext? empty = null;
        var thread = new Thread(() => empty = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return empty!;
    }
}
