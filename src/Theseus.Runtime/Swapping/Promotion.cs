using Theseus.Runtime.Routing;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Loads a release that has passed its trial in unloadable form again as resident, where it gets the runtime's full
/// speed, and moves the calls over. When that fails, the unloadable form serves on: slower, but right.
/// </summary>
internal sealed class Promotion(SlotParts slot, Generation candidate, SwapOptions options, HandoverTally tally)
{
    /// <summary>Promotes.</summary>
    /// <returns>The generation that serves now; a note when the promotion failed; and the retirement of the form that does not serve.</returns>
    public async Task<(Generation Serving, string Note, Task<RetirementRecord?> OtherForm)> RunAsync(CancellationToken cancellationToken)
    {
        var recorder = new CallRecorder(options.WarmUp.RecentCalls);
        Generation? resident = null;
        try
        {
            // It was verified before its trial, which may be hours ago.
            if (await slot.Setup.FaultsOfAsync(candidate.Release, cancellationToken).ConfigureAwait(false) is { } faults)
            {
                throw new SwapFailedException(SwapReason.LoadFailed, $"the host's store does not have it as it was verified any more: {faults}");
            }

            slot.Slot.Publish(new RecordingRoute(candidate.Leases, recorder));
            var steps = new SwapSteps(slot.Setup.Component, progress: null, slot.Setup.Time);
            await slot.Candidates.PrepareAsync(
                candidate.Release, candidate.Ref.Settings, collectible: false, options, steps, recorder, loaded => resident = loaded, cancellationToken).ConfigureAwait(false);
            await HandOverAsync(resident!, cancellationToken).ConfigureAwait(false);
            resident!.State = GenerationState.Serving;
            return (resident, "", slot.Retirements.Begin(candidate, options.Deadlines, rest: options.RestBeforeStop));
        }
        catch (Exception failure)
        {
            // Whatever it was: the release has passed its trial and serves well as it is.
            slot.Slot.Publish(new SoleRoute(candidate.Leases));
            return (
                candidate,
                $"The release serves in its unloadable form, since loading it as resident failed: {failure.Message}",
                resident is null ? Task.FromResult<RetirementRecord?>(null) : slot.Retirements.Begin(resident, options.Deadlines));
        }
    }

    private async Task HandOverAsync(Generation resident, CancellationToken cancellationToken)
    {
        var handover = new StateHandover(slot.Setup.Time, options.State);
        var quiesce = new Quiesce(slot.Slot, candidate.Leases, () => new SoleRoute(candidate.Leases));
        var plan = await handover.PlanAsync(candidate.AsStateParty(), resident.AsStateParty(), quiesce, cancellationToken).ConfigureAwait(false);
        tally.Add(plan);
        if (plan.IsRefused)
        {
            throw new SwapFailedException(SwapReason.StateRefused, string.Join(" ", plan.Problems));
        }

        var result = await handover.RunAsync(
            plan,
            candidate.AsStateParty(),
            resident.AsStateParty(),
            quiesce,
            () => slot.Slot.Publish(new SoleRoute(resident.Leases)),
            cancellationToken).ConfigureAwait(false);
        tally.Add(result);
        result.Snapshot?.Dispose();
        if (!result.Succeeded)
        {
            throw new SwapFailedException(SwapReason.StateHandoverFailed, result.Detail);
        }
    }
}
