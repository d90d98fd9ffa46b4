using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// Gives each thread a small number, by which it finds the counters that only it writes. The number of a thread that
/// has ended is given to a later one; the counters go on from where they were, so every sum stays right.
/// </summary>
internal static class LeaseThread
{
    private static readonly Lock s_lock = new();
    private static readonly Stack<int> s_free = new();
    private static int s_last;

    [ThreadStatic] private static int t_index;
    [ThreadStatic] private static Ticket? t_ticket;

    /// <summary>The current thread's number; 0 while it has none.</summary>
    public static int Index
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_index;
    }

    /// <summary>The current thread's number, from 1; taken now if it had none.</summary>
    public static int EnsureIndex()
    {
        if (t_index == 0)
        {
            lock (s_lock)
            {
                t_index = s_free.TryPop(out var index) ? index : ++s_last;
            }

            t_ticket = new Ticket(t_index);
        }

        return t_index;
    }

    // The thread's statics are let go when it ends, and only then can this be finalized: from then on nobody else
    // writes under the number. The lock orders the old owner's writes before the new owner's.
    private sealed class Ticket(int index)
    {
        ~Ticket()
        {
            lock (s_lock)
            {
                s_free.Push(index);
            }
        }
    }
}
