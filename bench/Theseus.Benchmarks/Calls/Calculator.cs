using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Theseus.Benchmarks.Calls;

/// <summary>The component. Its methods are not inlined: a component's seldom can be.</summary>
public sealed class Calculator : ICalculator, IValueTaskSource<int>
{
    private readonly Task<int> _five = Task.FromResult(5);
    private ManualResetValueTaskSourceCore<int> _later;
    private TaskCompletionSource<int>? _laterTask;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Add(int left, int right) => left + right;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<int> AddAtOnceAsync(int left, int right) => new(left + right);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public Task<int> AddAtOnceTaskAsync(int left, int right) => _five;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<int> AddLaterAsync(int left, int right)
    {
        _later.Reset();
        return new(this, _later.Version);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public Task<int> AddLaterTaskAsync(int left, int right)
    {
        _laterTask = new TaskCompletionSource<int>();
        return _laterTask.Task;
    }

    public void Complete() => _later.SetResult(5);

    public void CompleteTask() => _laterTask!.SetResult(5);

    int IValueTaskSource<int>.GetResult(short token) => _later.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _later.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _later.OnCompleted(continuation, state, token, flags);
}
