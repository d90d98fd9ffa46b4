namespace Theseus.Runtime.State;

/// <summary>The single calls into components that hand-overs are made of: each with a deadline, and a fault of its own when it fails.</summary>
internal sealed class HandoverWork(StateOptions options) : IDisposable
{
    private readonly ComponentWork _work = new();

    /// <summary>How many bytes components have exported so far.</summary>
    public long ExportedBytes { get; private set; }

    /// <summary>Whether an import was begun, so that the receiver's state may have been touched.</summary>
    public bool ImportBegan { get; private set; }

    public IReadOnlyList<string> Abandoned => _work.Abandoned;

    public Task<StateBytes> ExportAsync(StateParty party, Deadline deadline) =>
        ExportAsync($"ExportAsync of {party.Release}", ((ITransferableState)party.Instance).ExportAsync, deadline);

    public Task<StateBytes> BeginCopyAsync(StateParty party, Deadline deadline) =>
        ExportAsync($"BeginCopyAsync of {party.Release}", ((ICatchUpState)party.Instance).BeginCopyAsync, deadline);

    public Task<StateBytes> ExportChangesAsync(StateParty party, Deadline deadline) =>
        ExportAsync($"ExportChangesAsync of {party.Release}", ((ICatchUpState)party.Instance).ExportChangesAsync, deadline);

    public Task ImportAsync(StateParty party, StateBytes state, Deadline deadline)
    {
        ImportBegan = true;
        return CallAsync(HandoverReason.ImportFailed, $"ImportAsync of {party.Release}", token => ((ITransferableState)party.Instance).ImportAsync(state.OpenRead(), token), deadline);
    }

    /// <summary>Imports a state and then what was noted after it.</summary>
    public async Task ImportAsync(StateParty party, StateSnapshot snapshot, Deadline deadline)
    {
        await ImportAsync(party, snapshot.State, deadline).ConfigureAwait(false);
        foreach (var changes in snapshot.Changes)
        {
            await ApplyChangesAsync(party, changes, deadline).ConfigureAwait(false);
        }
    }

    public Task ApplyChangesAsync(StateParty party, StateBytes changes, Deadline deadline) =>
        CallAsync(HandoverReason.ImportFailed, $"ApplyChangesAsync of {party.Release}", token => ((ICatchUpState)party.Instance).ApplyChangesAsync(changes.OpenRead(), token), deadline);

    public Task EndCopyAsync(StateParty party, Deadline deadline) =>
        CallAsync(HandoverReason.ExportFailed, $"EndCopyAsync of {party.Release}", _ => ((ICatchUpState)party.Instance).EndCopyAsync(), deadline);

    /// <summary>Makes the plan, which constructs migrations.</summary>
    public async Task<HandoverPlan> PlanAsync(StateParty from, StateParty to, Deadline deadline)
    {
        HandoverPlan? plan = null;
        await CallAsync(HandoverReason.MigrationFailed, "constructing the migrations", _ =>
        {
            plan = HandoverPlanner.Make(from, to, options);
            return default;
        }, deadline).ConfigureAwait(false);
        return plan!;
    }

    /// <summary>Takes a state along a chain. The result is the state itself when there are no steps.</summary>
    public Task<StateBytes> MigrateAsync(IEnumerable<MigrationStep> steps, StateBytes state, Deadline deadline) =>
        AlongAsync(steps, state, static (step, source, destination, token) => step.RunAsync(source, destination, token), deadline);

    /// <summary>Takes noted changes along a chain.</summary>
    public Task<StateBytes> MigrateChangesAsync(IEnumerable<MigrationStep> steps, StateBytes changes, Deadline deadline) =>
        AlongAsync(steps, changes, static (step, source, destination, token) => step.RunOnChangesAsync(source, destination, token), deadline);

    /// <summary>Gives calls that were given up a moment to end. Not while callers are held back.</summary>
    public Task SettleAsync(TimeProvider time) => _work.SettleAsync(time);

    public void Dispose() => _work.Dispose();

    private async Task<StateBytes> AlongAsync(IEnumerable<MigrationStep> steps, StateBytes first, Func<MigrationStep, Stream, Stream, CancellationToken, ValueTask> run, Deadline deadline)
    {
        var current = first;
        foreach (var step in steps)
        {
            var source = current;
            current = await WriteAsync(HandoverReason.MigrationFailed, step.Name, (stream, token) => run(step, source.OpenRead(), stream, token), deadline).ConfigureAwait(false);
            if (source != first)
            {
                source.Dispose();
            }
        }

        return current;
    }

    private async Task<StateBytes> ExportAsync(string what, Func<Stream, CancellationToken, ValueTask> export, Deadline deadline)
    {
        var bytes = await WriteAsync(HandoverReason.ExportFailed, what, export, deadline).ConfigureAwait(false);
        ExportedBytes += bytes.Length;
        return bytes;
    }

    private async Task<StateBytes> WriteAsync(HandoverReason reason, string what, Func<Stream, CancellationToken, ValueTask> write, Deadline deadline)
    {
        var bytes = new StateBytes(options.SizeLimit);
        try
        {
            await CallAsync(reason, what, token => write(bytes.OpenWrite(), token), deadline).ConfigureAwait(false);
        }
        catch (HandoverFault) when (bytes.IsOverLimit)
        {
            throw new HandoverFault(HandoverReason.TooLarge, $"{what} wrote more than the limit of {options.SizeLimit} bytes ({nameof(StateOptions)}.{nameof(StateOptions.SizeLimit)}).");
        }
        finally
        {
            bytes.Close();
        }

        return bytes;
    }

    private async Task CallAsync(HandoverReason reason, string what, Func<CancellationToken, ValueTask> call, Deadline deadline)
    {
        try
        {
            await _work.RunAsync(what, call, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception) when (deadline.HasPassed)
        {
            // Whatever it threw, it did so because or after its time was up.
            throw deadline.Fault(what);
        }
        catch (Exception e)
        {
            throw new HandoverFault(reason, $"{what} failed: {FaultText.Of(e)}");
        }
    }
}
