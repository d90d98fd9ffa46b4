using Microsoft.Extensions.Logging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Keeps the state that one swap has handed over on disk, beside the trial: written while callers are on the candidate
/// already, and done before it is confirmed. Used by one swap.
/// </summary>
internal sealed partial class SnapshotKeeping(SlotParts slot, Generation from, SwapOptions options, string id)
{
    private readonly string _name = options.SnapshotName ?? id;
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _writing;

    /// <summary>Whether the snapshot's memory can be given back: not while a write that hangs may still read it.</summary>
    public bool IsOver => _writing is null or { IsCompleted: true };

    /// <summary>Begins to write.</summary>
    public void Begin(StateSnapshot? snapshot)
    {
        if (snapshot is null || options.State.KeptSnapshots == 0 || slot.Setup.Snapshots is not { } folder)
        {
            return;
        }

        var taken = slot.Setup.Time.GetUtcNow();
        // On a thread of its own: it takes as long as the disk does.
        _writing = Task.Factory.StartNew(
            () => folder.KeepAsync(_name, slot.Setup.Component, from.Ref, taken, snapshot, options.State.KeptSnapshots, _giveUp.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();
    }

    /// <summary>Waits until it is written, no longer than <see cref="StateOptions.RestoreTimeout"/>.</summary>
    /// <returns>Why it is not kept, in words; null when it is, or when there was nothing to keep.</returns>
    public async Task<string?> EndAsync()
    {
        if (await WaitAsync().ConfigureAwait(false) is not { } failure)
        {
            return null;
        }

        // A state is kept for a later day: that it is not is no reason to go back today.
        await _giveUp.CancelAsync().ConfigureAwait(false);
        LogNotKept(slot.Setup.Logger, slot.Setup.Component, failure.Message);
        return $"The state of {from.Release} as of the swap could not be kept on disk, so that it cannot be gone back to later: {failure.Message}";
    }

    /// <summary>Forgets what was kept: the swap was taken back, and the state with it.</summary>
    public async Task UndoAsync()
    {
        if (_writing is null)
        {
            return;
        }

        await _giveUp.CancelAsync().ConfigureAwait(false);
        await WaitAsync().ConfigureAwait(false);
        if (IsOver)
        {
            await slot.Setup.Snapshots!.RemoveAsync(slot.Setup.Component, _name).ConfigureAwait(false);
        }
    }

    private async Task<Exception?> WaitAsync()
    {
        try
        {
            await (_writing ?? Task.CompletedTask).WaitAsync(options.State.RestoreTimeout, slot.Setup.Time).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    [LoggerMessage(1210, LogLevel.Warning, "Component '{Component}': the state as of a swap could not be kept on disk: {Problem}")]
    private static partial void LogNotKept(ILogger logger, string component, string problem);
}
