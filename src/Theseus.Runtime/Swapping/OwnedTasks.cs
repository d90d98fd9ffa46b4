namespace Theseus.Runtime.Swapping;

/// <summary>Background work with an owner: it is told when to stop, and awaited. Thread-safe.</summary>
internal sealed class OwnedTasks(TimeProvider time)
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<Task> _running = [];

    /// <summary>Begins work that never throws, and ends soon after its token is cancelled.</summary>
    public void Begin(Func<CancellationToken, Task> work)
    {
        lock (_lock)
        {
            _running.RemoveAll(static one => one.IsCompleted);
            _running.Add(Task.Run(() => work(_stopping.Token)));
        }
    }

    /// <summary>Tells all work to stop, and waits for it.</summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        // What is late has a deadline of its own, and changes nothing that serves.
        await Task.WhenAll(running).WaitAsync(deadline, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
