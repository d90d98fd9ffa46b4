using Microsoft.Extensions.Logging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Keeps the state that one swap has handed over on disk, beside the trial: written while callers are on the candidate
/// already, kept right before it is confirmed, and in the place of older ones only after that. Used by one swap. No wait
/// is longer than <see cref="StateOptions.RestoreTimeout"/>, since a disk may hang.
/// </summary>
internal sealed partial class SnapshotKeeping(SlotSetup setup, ReleaseRef from, SwapOptions options, string id)
{
    private readonly string _name = options.SnapshotName ?? id;
    private readonly CancellationTokenSource _giveUp = new();
    private Task<SnapshotOnDisk>? _writing;
    private SnapshotOnDisk? _put;

    /// <summary>Whether the snapshot's memory can be given back: not while a write that hangs may still read it.</summary>
    public bool IsOver => _writing is null or { IsCompleted: true };

    /// <summary>Begins to write.</summary>
    public void Begin(StateSnapshot? snapshot)
    {
        if (snapshot is null || options.State.KeptSnapshots == 0 || setup.Snapshots is not { } folder)
        {
            return;
        }

        var taken = setup.Time.GetUtcNow();
        // On a thread of its own: it takes as long as the disk does.
        _writing = Task.Factory.StartNew(
            () => folder.Write(_name, setup.Component, from, taken, snapshot, _giveUp.Token),
            _giveUp.Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>Waits until it is written, and puts it among those that are kept.</summary>
    /// <returns>Why it is not kept, in words; null when it is, or when there was nothing to keep.</returns>
    public async Task<string?> EndAsync()
    {
        if (_writing is not { } writing)
        {
            return null;
        }

        try
        {
            var written = await writing.WaitAsync(options.State.RestoreTimeout, setup.Time).ConfigureAwait(false);
            await OnDiskAsync(token => setup.Snapshots!.Put(written, token)).ConfigureAwait(false);
            _put = written;
            return null;
        }
        catch (Exception failure)
        {
            // A state is kept for a later day: that it is not is no reason to go back today.
            LogNotKept(setup.Logger, setup.Component, failure.Message);
            await RemoveAsync(writing).ConfigureAwait(false);
            return $"The state of {setup.Component} {from} as of the swap could not be kept on disk, so that it cannot be gone back to later: {failure.Message}";
        }
    }

    /// <summary>Lets go of those that it replaces: the swap is confirmed.</summary>
    public async Task TrimAsync()
    {
        if (_put is not { } put)
        {
            return;
        }

        try
        {
            await OnDiskAsync(_ => setup.Snapshots!.Trim(put, options.State.KeptSnapshots)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNotTrimmed(setup.Logger, setup.Component, failure.Message);
        }
    }

    /// <summary>Forgets what was kept: the swap was taken back, and the state with it. Those from before are untouched.</summary>
    public async Task UndoAsync()
    {
        if (_writing is not { } writing)
        {
            return;
        }

        await _giveUp.CancelAsync().ConfigureAwait(false);
        await ((Task)writing).WaitAsync(options.State.RestoreTimeout, setup.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await RemoveAsync(writing).ConfigureAwait(false);
    }

    private async Task RemoveAsync(Task<SnapshotOnDisk> writing)
    {
        // A write that hangs removes what it wrote when it sees this.
        await _giveUp.CancelAsync().ConfigureAwait(false);
        if (!writing.IsCompletedSuccessfully)
        {
            return;
        }

        var written = await writing.ConfigureAwait(false);
        // At worst the disk hangs, and the next start removes it.
        await OnDiskAsync(_ => setup.Snapshots!.Remove(written)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task OnDiskAsync(Action<CancellationToken> work) => Bounded.RunAsync(
        token =>
        {
            work(token);
            return ValueTask.CompletedTask;
        },
        options.State.RestoreTimeout,
        setup.Time,
        CancellationToken.None);

    [LoggerMessage(1210, LogLevel.Warning, "Component '{Component}': the state as of a swap could not be kept on disk: {Problem}")]
    private static partial void LogNotKept(ILogger logger, string component, string problem);

    [LoggerMessage(1211, LogLevel.Warning, "Component '{Component}': states that are replaced could not be removed from disk: {Problem}")]
    private static partial void LogNotTrimmed(ILogger logger, string component, string problem);
}
