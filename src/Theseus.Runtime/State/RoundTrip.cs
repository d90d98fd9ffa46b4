using Theseus.Packaging;

namespace Theseus.Runtime.State;

/// <summary>Tries the migrations both ways on the present state, away from the calls.</summary>
internal sealed class RoundTrip(HandoverWork work, StateOptions options, HoldMeter meter)
{
    /// <summary>Only what claims that it can be undone is tried. A chain that undoes may lose what only the newer schema has.</summary>
    public static bool AppliesTo(HandoverPlan plan) =>
        !plan.IsRefused && plan.Steps.Count > 0 && plan.IsReversible && plan.Steps.All(static step => !step.IsUndo);

    public async Task<HandoverPlan> TryAsync(HandoverPlan plan, StateParty from, IQuiesce quiesce, Deadline deadline, CancellationToken cancellationToken)
    {
        // One that can copy its state while it is called has nobody wait, even where its way is a transfer.
        var exported = from.State.Kind is StateKind.CaughtUp
            ? await CopyAsync(from, deadline).ConfigureAwait(false)
            : await ExportAsync(from, quiesce, cancellationToken).ConfigureAwait(false);
        var there = await work.MigrateAsync(plan.Steps, exported, deadline).ConfigureAwait(false);
        var back = await work.MigrateAsync(plan.Steps.Reverse().Select(static step => step.Opposite()), there, deadline).ConfigureAwait(false);
        var difference = exported.FirstDifference(back);
        var refusal = difference < 0 ? null : Describe(plan, exported, back, difference);
        exported.Dispose();
        there.Dispose();
        back.Dispose();
        return refusal is null ? plan with { WasTried = true } : HandoverPlan.Refused(HandoverRefusal.RoundTripDiffers, refusal);
    }

    private static string Describe(HandoverPlan plan, StateBytes exported, StateBytes back, long difference) =>
        $"Migrating the present state by {string.Join(", ", plan.Steps.Select(static step => step.Name))} and undoing that gave other bytes: "
        + $"{exported.Length} before, {back.Length} after, first different at {difference}. "
        + "The undoing is wrong, or equal states are not exported as equal bytes.";

    // Callers wait for the export alone; the migrations run after they are let go.
    private async Task<StateBytes> ExportAsync(StateParty from, IQuiesce quiesce, CancellationToken cancellationToken)
    {
        using var hold = await Hold.TakeAsync(quiesce, options, meter, between: null, cancellationToken).ConfigureAwait(false);
        return await work.ExportAsync(from, hold.Deadline).ConfigureAwait(false);
    }

    private async Task<StateBytes> CopyAsync(StateParty from, Deadline deadline)
    {
        try
        {
            return await work.BeginCopyAsync(from, deadline).ConfigureAwait(false);
        }
        finally
        {
            await work.SettleAsync(meter.Time).ConfigureAwait(false);
            using var end = new Deadline(options.RestoreTimeout, HandoverReason.PreparationTimedOut, meter.Time, CancellationToken.None);
            await work.EndCopyAsync(from, end).ConfigureAwait(false);
        }
    }
}
