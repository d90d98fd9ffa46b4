namespace Theseus.LoadBench.Fleet.Tasks;

/// <summary>Lets messages go out while there is room, and knows when the last one has been answered. Thread-safe.</summary>
internal sealed class TaskWindow
{
    private readonly SemaphoreSlim _room = new(TaskLoad.OnTheirWay, TaskLoad.OnTheirWay);
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;

    /// <summary>Sends messages by what is given, and returns when as many answers have been noted.</summary>
    public async Task RunAsync(int messages, Func<int, Task> send)
    {
        _left = messages;
        _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var deadline = new CancellationTokenSource(TaskLoad.Deadline, TimeProvider.System);
        var sent = new List<Task>(messages);
        for (var i = 0; i < messages; i++)
        {
            await _room.WaitAsync(deadline.Token);
            sent.Add(send(i));
        }

        await Task.WhenAll(sent).WaitAsync(deadline.Token);
        await _done.Task.WaitAsync(deadline.Token);
    }

    /// <summary>Notes that a message was answered.</summary>
    public void Answered()
    {
        _room.Release();
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _done.TrySetResult();
        }
    }
}
