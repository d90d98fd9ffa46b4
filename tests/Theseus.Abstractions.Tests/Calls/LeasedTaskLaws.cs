using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Xunit;

namespace Theseus.Calls;

public sealed class LeasedTaskLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private readonly GenerationLeases _generation = new(new object(), methods: 1);
    private readonly TestSlot _slot;

    public LeasedTaskLaws() => _slot = new TestSlot(_generation);

    [Fact]
    public async Task TheLeaseEndsWithTheTaskAndBeforeItsCallerGoesOn()
    {
        var task = new TaskCompletionSource<int>();
        var answer = LeasedTask.Await(task.Task, _slot.Enter(0), 0);
        Assert.Equal(1, _generation.InFlight);
        Assert.NotSame(task.Task, answer);

        task.SetResult(5);
        Assert.Equal(5, await answer.WaitAsync(s_deadline));
        Assert.Equal(0, _generation.InFlight);
    }

    [Fact]
    public async Task TheLeaseEndsWithTheValueTask()
    {
        var task = new TaskCompletionSource<int>();
        var answer = LeasedTask.Await(new ValueTask<int>(task.Task), _slot.Enter(0), 0);
        Assert.Equal(1, _generation.InFlight);

        task.SetResult(5);
        Assert.Equal(5, await answer);
        Assert.Equal(0, _generation.InFlight);
    }

    [Fact]
    public async Task AFailureEndsTheLeaseAndReachesTheCallerAsItWas()
    {
        var failure = new InvalidOperationException();
        var tasks = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource<int>()).ToArray();
        Task[] answers =
        [
            LeasedTask.Await((Task)tasks[0].Task, _slot.Enter(0), 0),
            LeasedTask.Await(tasks[1].Task, _slot.Enter(0), 0),
            LeasedTask.Await(new ValueTask(tasks[2].Task), _slot.Enter(0), 0).AsTask(),
            LeasedTask.Await(new ValueTask<int>(tasks[3].Task), _slot.Enter(0), 0).AsTask(),
        ];
        Assert.Equal(4, _generation.InFlight);

        foreach (var (task, answer) in tasks.Zip(answers))
        {
            task.SetException(failure);
            Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => answer.WaitAsync(s_deadline)));
        }

        Assert.Equal(0, _generation.InFlight);
    }

    [Fact]
    public async Task ACancelledTaskEndsTheLeaseAndStaysCancelled()
    {
        var task = new TaskCompletionSource();
        var answer = LeasedTask.Await(task.Task, _slot.Enter(0), 0);
        task.SetCanceled();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.WaitAsync(s_deadline));
        Assert.True(answer.IsCanceled);
        Assert.Equal(0, _generation.InFlight);
    }

    [Fact]
    public void WhatFailedAtOnceIsAnsweredAtOnce()
    {
        var failure = new InvalidOperationException();
        var answer = LeasedTask.Await(ValueTask.FromException(failure), _slot.Enter(0), 0);
        Assert.Equal(0, _generation.InFlight);
        Assert.True(answer.IsFaulted);

        var result = LeasedTask.Await(ValueTask.FromException<int>(failure), _slot.Enter(0), 0);
        Assert.Equal(0, _generation.InFlight);
        Assert.Same(failure, Assert.Throws<InvalidOperationException>(() => Take(result)));
    }

    [Fact]
    public void ASuspendedCallAllocatesNothingOnceWarm()
    {
        var source = new Source();
        for (var call = 0; call < 100; call++)
        {
            Assert.Equal(call, Suspend(source, call));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        long sum = 0;
        for (var call = 0; call < 1_000; call++)
        {
            sum += Suspend(source, call);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(499_500, sum);
        Assert.Equal(0, _generation.InFlight);
    }

    [Fact]
    public void AnAnswerIsTakenOnceAndNotTooEarly()
    {
        var source = new Source();
        var answer = LeasedTask.Await(source.Pending, _slot.Enter(0), 0);
        Assert.Throws<InvalidOperationException>(() => Take(answer));
        source.Complete(5);
        Assert.Equal(5, Take(answer));
        Assert.Throws<InvalidOperationException>(() => Take(answer));

        var next = LeasedTask.Await(source.Pending, _slot.Enter(0), 0);
        Assert.Throws<InvalidOperationException>(() => Take(answer));
        source.Complete(6);
        Assert.Equal(6, Take(next));
    }

    [Fact]
    public void ManyCallsMaySuspendAtOnce()
    {
        var sources = Enumerable.Range(0, 200).Select(_ => new Source()).ToArray();
        for (var round = 0; round < 3; round++)
        {
            var answers = sources.Select(source => LeasedTask.Await(source.Pending, _slot.Enter(0), 0)).ToArray();
            Assert.Equal(sources.Length, _generation.InFlight);
            for (var call = 0; call < sources.Length; call++)
            {
                sources[call].Complete(call);
            }

            Assert.Equal(0, _generation.InFlight);
            Assert.Equal(Enumerable.Range(0, sources.Length), answers.Select(Take));
        }
    }

    [Fact]
    public void WhatIsKeptForTheNextCallKeepsNothingOfTheComponent()
    {
        var kept = SuspendAndForget();
        GC.Collect();
        Assert.False(kept.Source.IsAlive);
        Assert.False(kept.Answer.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        (WeakReference Source, WeakReference Answer) SuspendAndForget()
        {
            var source = new TaskCompletionSource<object>();
            var value = new object();
            var answer = LeasedTask.Await(new ValueTask<object>(source.Task), _slot.Enter(0), 0);
            source.SetResult(value);
            Assert.Same(value, Take(answer));
            return (new WeakReference(source), new WeakReference(value));
        }
    }

    private int Suspend(Source source, int result)
    {
        var answer = LeasedTask.Await(source.Pending, _slot.Enter(0), 0);
        source.Complete(result);
        return Take(answer);
    }

    private static T Take<T>(ValueTask<T> answer) => answer.GetAwaiter().GetResult();

    private sealed class Source : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _core;

        public ValueTask<int> Pending => new(this, _core.Version);

        public void Complete(int result) => _core.SetResult(result);

        public int GetResult(short token)
        {
            var result = _core.GetResult(token);
            _core.Reset();
            return result;
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
