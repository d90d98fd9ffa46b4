namespace Theseus.Runtime.Loading;

/// <summary>
/// Ends the timers that would call a generation's code, or wake it from a delay, after it has been stopped: those whose
/// callback, state or only waiter is the generation's own. A timer of the host's that merely leads there is left alone.
/// </summary>
internal static class ForgottenTimers
{
    public static IEnumerable<PinFinding> Free(CodeOwner owner)
    {
        foreach (var timer in Active())
        {
            if (WokenBy(timer, owner) is { } woken)
            {
                timer.Dispose();
                yield return new PinFinding(PinKind.Timer, $"a timer or a delay of {CodeOwner.NameOf(woken)}", IsFreed: true);
            }
        }
    }

    private static List<ITimer> Active()
    {
        var timers = new List<ITimer>();
        var queues = PrivateState.Of(typeof(Timer).Assembly.GetType("System.Threading.TimerQueue"), "<Instances>k__BackingField") as Array;
        foreach (var queue in queues?.Cast<object>() ?? [])
        {
            if (PrivateState.Of(queue, "<SharedLock>k__BackingField") is not Lock shared)
            {
                continue;
            }

            lock (shared)
            {
                timers.AddRange(PrivateState.LinksOf(PrivateState.Of(queue, "_shortTimers"), "_next").OfType<ITimer>());
                timers.AddRange(PrivateState.LinksOf(PrivateState.Of(queue, "_longTimers"), "_next").OfType<ITimer>());
            }
        }

        return timers;
    }

    private static object? WokenBy(ITimer timer, CodeOwner owner)
    {
        var (callback, state) = (PrivateState.Of(timer, "_timerCallback"), PrivateState.Of(timer, "_state"));
        if (owner.Owns(callback))
        {
            return callback;
        }

        if (owner.Owns(state))
        {
            return state;
        }

        return state switch
        {
            Task delay => WaiterOf(PrivateState.Of(delay, "m_continuationObject"), owner),
            not null when PrivateState.Of(state, "_mrvtsc") is { } source =>
                WaiterOf(PrivateState.Of(source, "_continuationState"), owner) ?? WaiterOf(PrivateState.Of(source, "_continuation"), owner),
            _ => null,
        };
    }

    // Several waiters are a list; only if all of them are the generation's may the timer end.
    private static object? WaiterOf(object? continuation, CodeOwner owner)
    {
        if (continuation is null or List<object>)
        {
            var waiters = PrivateState.ItemsOf(continuation).ToList();
            return waiters.Count > 0 && waiters.All(w => WaiterOf(w, owner) is not null) ? WaiterOf(waiters[0], owner) : null;
        }

        object?[] candidates =
        [
            continuation,
            PrivateState.Of(continuation, "m_action"),
            PrivateState.Of(PrivateState.Of(continuation, "m_task"), "m_action"),
        ];
        return Array.Find(candidates, owner.Owns);
    }
}
