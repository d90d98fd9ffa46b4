namespace Theseus.Runtime.State;

/// <summary>Hands over the whole state while callers are held back.</summary>
internal sealed class Transfer(HandoverWork work, HoldMeter meter, StateOptions options)
{
    public async Task<HandoverResult> RunAsync(HandoverWay way, CancellationToken cancellationToken)
    {
        StateBytes exported, imported;
        using (var hold = await Hold.TakeAsync(way.Quiesce, options, meter, between: null, cancellationToken).ConfigureAwait(false))
        {
            exported = await work.ExportAsync(way.From, hold.Deadline).ConfigureAwait(false);
            imported = await work.MigrateAsync(way.Plan.Steps, exported, hold.Deadline).ConfigureAwait(false);
            await work.ImportAsync(way.To, imported, hold.Deadline).ConfigureAwait(false);
            hold.Deadline.ThrowIfPassed("the hand-over");
            way.Publication.Publish();
        }

        if (imported != exported)
        {
            imported.Dispose();
        }

        return new() { Snapshot = new(way.From.State.Schema, exported, []) };
    }
}
