using Theseus.Packaging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>Has a candidate begin with a kept state rather than with that of now. Up to its publication nothing of it is seen by callers, and none is held back.</summary>
internal sealed class SnapshotRestoring(SlotParts slot, Generation from, SwapOptions options, StateHandover handover)
{
    /// <summary>Puts it back.</summary>
    /// <returns>The plan that is left: nothing is handed over any more.</returns>
    /// <exception cref="SwapFailedException">It is not there, not usable, or the candidate does not take it.</exception>
    public async Task<HandoverPlan> RunAsync(Generation candidate, CancellationToken cancellationToken)
    {
        var name = options.RestoreSnapshot!;
        var (head, snapshot) = await ReadAsync(name, cancellationToken).ConfigureAwait(false);
        var isLetGo = true;
        try
        {
            var state = candidate.Release.Manifest.State;
            if (!state.Kind.Moves() || state.Schema != head.Schema || (snapshot.Changes.Count > 0 && state.Kind != StateKind.CaughtUp))
            {
                throw new SwapFailedException(
                    SwapReason.StateRefused,
                    $"The kept state '{name}' is of {slot.Setup.Component} {head.Release}, in schema {head.Schema}{(snapshot.Changes.Count > 0 ? " with changes noted after it" : "")}; {candidate.Release} keeps state as {state.Kind}, in schema {state.Schema}, and cannot begin with it.");
            }

            var restored = await handover.RestoreAsync(candidate.AsStateParty(), snapshot, cancellationToken).ConfigureAwait(false);
            // Code that was given up may still read it.
            isLetGo = restored.Abandoned.Count == 0;
            if (!restored.Succeeded)
            {
                throw new SwapFailedException(SwapReason.StateHandoverFailed, $"The kept state '{name}' could not be put back ({restored.Reason}): {restored.Detail}");
            }
        }
        finally
        {
            if (isLetGo)
            {
                snapshot.Dispose();
            }
        }

        var told = $"{candidate.Release} began with the state of {head.TakenAt:u}, '{name}'";
        return new()
        {
            Kind = StateKind.None,
            IsReversible = false,
            Notes = [$"{told}, and not with that of {from.Release}."],
            Dropped = $"What {from.Release} had of state was dropped, as was asked for: {told}.",
        };
    }

    private async Task<(KeptSnapshot Head, StateSnapshot Snapshot)> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var folder = slot.Setup.Snapshots ?? throw new InvalidDataException("This host keeps no states.");
            return await Task.Run(() => folder.Read(slot.Setup.Component, name, options.State.SizeLimit, cancellationToken), cancellationToken)
                .WaitAsync(options.State.PreparationTimeout, slot.Setup.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is InvalidDataException or TimeoutException)
        {
            throw new SwapFailedException(SwapReason.StateRefused, fault.Message);
        }
    }
}
