namespace Theseus.Runtime.State;

/// <summary>
/// Brings callers back to the generation that served before. Its state is brought along if that can be done; callers
/// are brought back in any case.
/// </summary>
internal sealed class WayBack(StateHandover handover, HandoverWork work, HoldMeter meter, StateOptions options)
{
    public async Task<HandoverResult> RunAsync(StateParty from, StateParty to, StateSnapshot? snapshot, IQuiesce quiesce, Publication publication, CancellationToken cancellationToken)
    {
        try
        {
            var plan = await PlanAsync(from, to, cancellationToken).ConfigureAwait(false);
            if (plan.IsRefused)
            {
                throw new HandoverFault(HandoverReason.MigrationFailed, string.Join(" ", plan.Problems));
            }

            return await handover.CarryAsync(new(plan, from, to, quiesce, publication), work, meter, cancellationToken).ConfigureAwait(false);
        }
        catch (HandoverFault fault) when (fault.Reason is HandoverReason.Cancelled or HandoverReason.PublishFailed)
        {
            return new() { Reason = fault.Reason, Detail = fault.Message };
        }
        catch (HandoverFault fault)
        {
            return await WithoutStateAsync(fault.Message, from, to, snapshot, publication).ConfigureAwait(false);
        }
    }

    private async Task<HandoverPlan> PlanAsync(StateParty from, StateParty to, CancellationToken cancellationToken)
    {
        using var deadline = handover.Preparation(cancellationToken);
        return await work.PlanAsync(from, to, deadline).ConfigureAwait(false);
    }

    private async Task<HandoverResult> WithoutStateAsync(string why, StateParty from, StateParty to, StateSnapshot? snapshot, Publication publication)
    {
        var lost = $"What calls changed in {from.Release} since the swap is lost: {why}";
        // Nobody has called the old generation since the swap, so its state is still that of then, unless an import
        // got into it. One that failed should have left it alone; putting the snapshot back makes sure.
        if (work.ImportBegan)
        {
            lost += await RestoreAsync(to, snapshot).ConfigureAwait(false);
        }

        try
        {
            publication.Publish();
            return new() { LostState = lost };
        }
        catch (HandoverFault fault)
        {
            return new() { Reason = fault.Reason, Detail = fault.Message, LostState = lost };
        }
    }

    private async Task<string> RestoreAsync(StateParty to, StateSnapshot? snapshot)
    {
        if (snapshot is null)
        {
            return $" {to.Release} was left with the state it had, and there is no snapshot to put back.";
        }

        try
        {
            await work.SettleAsync(meter.Time).ConfigureAwait(false);
            using var deadline = new Deadline(options.RestoreTimeout, HandoverReason.PreparationTimedOut, meter.Time, CancellationToken.None);
            await work.ImportAsync(to, snapshot, deadline).ConfigureAwait(false);
            return $" The state of {to.Release} as of the swap was put back.";
        }
        catch (HandoverFault fault)
        {
            return $" Putting the state of {to.Release} as of the swap back failed as well, so it serves with what it has: {fault.Message}";
        }
    }
}
