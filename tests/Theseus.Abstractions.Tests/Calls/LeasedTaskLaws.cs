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
}
