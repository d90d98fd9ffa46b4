using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

/// <summary>
/// A slot reduced to what a hand-over needs: callers, who serves them, and a hold. Strict: a hold within a hold, or
/// letting go what is not held, throws.
/// </summary>
internal sealed class TableSlot(Table serving, TimeProvider time) : IQuiesce
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = Completed();
    private TaskCompletionSource _empty = Completed();
    private int _inside;

    public Table Serving { get; private set; } = serving;

    public bool IsHeld { get; private set; }

    public int Holds { get; private set; }

    /// <summary>Runs inside every hold attempt, when callers are held and before it waits for those inside.</summary>
    public Action Holding { get; set; } = static () => { };

    public Action LettingGo { get; set; } = static () => { };

    public void Publish(Table table)
    {
        lock (_lock)
        {
            Serving = table;
        }
    }

    /// <summary>Begins a call, which waits while callers are held. End it with <see cref="Leave"/>.</summary>
    public async Task<Table> EnterAsync()
    {
        while (true)
        {
            Task open;
            lock (_lock)
            {
                if (!IsHeld)
                {
                    if (_inside++ == 0)
                    {
                        _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    }

                    return Serving;
                }

                open = _open.Task;
            }

            await open;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_inside == 0)
            {
                _empty.SetResult();
            }
        }
    }

    public async Task CallAsync(Action<Table> call)
    {
        var table = await EnterAsync();
        try
        {
            call(table);
        }
        finally
        {
            Leave();
        }
    }

    public Task<bool> HoldAsync(TimeSpan drainDeadline, CancellationToken cancellationToken)
    {
        Task empty;
        lock (_lock)
        {
            ThrowIf(IsHeld, "Held twice.");
            (IsHeld, _open) = (true, new(TaskCreationOptions.RunContinuationsAsynchronously));
            Holds++;
            empty = _empty.Task;
        }

        Holding();
        return empty.IsCompleted ? Task.FromResult(true) : WaitAsync(empty, drainDeadline, cancellationToken);
    }

    public void LetGo()
    {
        LettingGo();
        lock (_lock)
        {
            ThrowIf(!IsHeld, "Let go without a hold.");
            IsHeld = false;
            _open.SetResult();
        }
    }

    private async Task<bool> WaitAsync(Task empty, TimeSpan drainDeadline, CancellationToken cancellationToken)
    {
        try
        {
            await empty.WaitAsync(drainDeadline, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            LetGo();
            return false;
        }
        catch
        {
            LetGo();
            throw;
        }
    }

    private static void ThrowIf(bool wrong, string message)
    {
        if (wrong)
        {
            throw new InvalidOperationException(message);
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
