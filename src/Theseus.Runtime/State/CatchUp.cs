namespace Theseus.Runtime.State;

/// <summary>Copies the state while calls go on, then the changes since, round by round; only the last round holds callers back.</summary>
internal sealed class CatchUp(HandoverWork work, HoldMeter meter, StateOptions options)
{
    private readonly List<StateBytes> _changes = [];
    private int _rounds;

    public async Task<HandoverResult> RunAsync(HandoverWay way, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.PreparationTimeout, HandoverReason.PreparationTimedOut, meter.Time, cancellationToken);
        StateBytes copy;
        try
        {
            copy = await CopyAsync(way, deadline).ConfigureAwait(false);
            await FollowAsync(way, deadline).ConfigureAwait(false);
            // A failed attempt let callers go on: what they changed is taken in before the next one.
            using var hold = await Hold.TakeAsync(way.Quiesce, options, meter, () => RoundAsync(way, deadline), cancellationToken).ConfigureAwait(false);
            await RoundAsync(way, hold.Deadline).ConfigureAwait(false);
            hold.Deadline.ThrowIfPassed("the last round of changes");
            way.Publication.Publish();
        }
        finally
        {
            await EndCopyAsync(way.From).ConfigureAwait(false);
        }

        return new() { Rounds = _rounds, Snapshot = new(way.From.State.Schema, copy, _changes) };
    }

    private async Task<StateBytes> CopyAsync(HandoverWay way, Deadline deadline)
    {
        var copy = await work.BeginCopyAsync(way.From, deadline).ConfigureAwait(false);
        var migrated = await work.MigrateAsync(way.Plan.Steps, copy, deadline).ConfigureAwait(false);
        await work.ImportAsync(way.To, migrated, deadline).ConfigureAwait(false);
        if (migrated != copy)
        {
            migrated.Dispose();
        }

        return copy;
    }

    /// <summary>Makes rounds until one was small and quick enough to be the last, or rounds stop shrinking.</summary>
    private async Task FollowAsync(HandoverWay way, Deadline deadline)
    {
        var smallest = long.MaxValue;
        var withoutGain = 0;
        while (_rounds < options.MaximumRounds && withoutGain < 3)
        {
            var since = meter.Time.GetTimestamp();
            var length = await RoundAsync(way, deadline).ConfigureAwait(false);
            if (length <= options.CatchUpRemainder && meter.Time.GetElapsedTime(since) <= options.CatchUpTarget / 4)
            {
                return;
            }

            withoutGain = length < smallest - smallest / 10 ? 0 : withoutGain + 1;
            smallest = Math.Min(smallest, length);
        }
    }

    private async Task<long> RoundAsync(HandoverWay way, Deadline deadline)
    {
        _rounds++;
        var changes = await work.ExportChangesAsync(way.From, deadline).ConfigureAwait(false);
        if (changes.Length == 0)
        {
            return 0;
        }

        _changes.Add(changes);
        var migrated = await work.MigrateChangesAsync(way.Plan.Steps, changes, deadline).ConfigureAwait(false);
        await work.ApplyChangesAsync(way.To, migrated, deadline).ConfigureAwait(false);
        if (migrated != changes)
        {
            migrated.Dispose();
        }

        return changes.Length;
    }

    // Callers are free by now. Nothing depends on how it ends: the copy was used or given up before.
    private async Task EndCopyAsync(StateParty party)
    {
        try
        {
            await work.SettleAsync(meter.Time).ConfigureAwait(false);
            using var deadline = new Deadline(options.RestoreTimeout, HandoverReason.PreparationTimedOut, meter.Time, CancellationToken.None);
            await work.EndCopyAsync(party, deadline).ConfigureAwait(false);
        }
        catch (HandoverFault)
        {
            // A component that cannot end its copy goes on noting changes until its generation ends.
        }
    }
}
