using Theseus.Calls;
using Theseus.Runtime.Routing;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>Holds a slot's callers back while state is handed over. Used by one hand-over at a time.</summary>
/// <param name="slot">The slot.</param>
/// <param name="from">The leases of the generation that serves.</param>
/// <param name="reopen">Makes the route that was in force before, anew: a snapshot is never published twice.</param>
internal sealed class Quiesce(ComponentSlot slot, GenerationLeases from, Func<RoutingSnapshot> reopen) : IQuiesce
{
    // About a millisecond: from the tenth turn on, each is a yield of the processor.
    private const int SpinsAtMost = 1000;

    private HeldRoute? _held;

    public async Task<bool> HoldAsync(TimeSpan drainDeadline, CancellationToken ct)
    {
        var held = new HeldRoute(from);
        _held = held;
        slot.Publish(held);
        try
        {
            var drained = from.DrainAsync();
            // Most calls end within moments. Waiting for them here, rather than coming back on a pool thread, keeps the
            // hold short, and keeps it from depending on a pool whose threads the held callers may be blocking.
            SpinUntil(drained);
            await drained.WaitAsync(drainDeadline, slot.Time, ct).ConfigureAwait(false);
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

    private static void SpinUntil(Task drained)
    {
        var spin = new SpinWait();
        for (var turn = 0; turn < SpinsAtMost && !drained.IsCompleted; turn++)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    public void LetGo()
    {
        if (Interlocked.Exchange(ref _held, null) is { } held && ReferenceEquals(slot.Current, held))
        {
            // Nobody has published since, so the generation that was emptied serves on.
            from.StopDraining();
            slot.Publish(reopen());
        }
    }
}
