using Microsoft.Extensions.Logging;
using Theseus.Packaging;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>Owns one slot: the only one that publishes its routes, one operation at a time. Thread-safe.</summary>
internal sealed partial class SlotController
{
    private readonly SlotParts _parts;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private volatile Generation? _serving;
    private volatile Generation? _staged;
    private volatile Swap? _swap;
    private volatile string _doing = "";

    public SlotController(SlotSetup setup, ComponentSlot slot, ISwapJournal journal, UnloadVerifier verifier)
    {
        var faults = new FaultDirector();
        var retirements = new Retirements(setup, slot, verifier) { OnBackgroundFault = faults.For };
        _parts = new SlotParts(setup, slot, new Candidates(setup, slot, retirements), retirements, faults, journal);
    }

    public string Component => _parts.Setup.Component;

    public VerifiedRelease? ServingRelease => _serving?.Release;

    public ComponentStatus Describe()
    {
        var serving = _serving;
        return new ComponentStatus(
            Component,
            _parts.Setup.Contract.FullName!,
            serving?.Version,
            _staged?.Version,
            _doing,
            [.. _parts.Retirements.Known().Select(generation => generation.Describe(Component))]);
    }

    /// <summary>Loads the component's first release, before anyone calls it.</summary>
    /// <exception cref="SwapFailedException">It could not be made ready.</exception>
    public async Task StartAsync(VerifiedRelease release, SwapOptions options, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // There is nothing to go back to, so there is no trial, and no need to be unloadable unless asked for.
            if (SwapOptionsRules.Faults(options) is { Count: > 0 } faults)
            {
                throw new SwapFailedException(SwapReason.OptionsRefused, string.Join(" ", faults));
            }

            var steps = new SwapSteps(Component, GuardedProgress.Of(options.Progress, _parts.Setup.Logger), _parts.Setup.Time);
            var collectible = (options.Loading ?? _parts.Setup.Loading) == LoadingMode.Collectible;
            var first = await _parts.Candidates.PrepareAsync(release, collectible, options, steps, recorder: null, cancellationToken).ConfigureAwait(false);
            try
            {
                await _parts.Journal.ConfirmAsync(Component, release).ConfigureAwait(false);
            }
            catch
            {
                _ = _parts.Retirements.Begin(first, options.Deadlines);
                throw;
            }

            _parts.Slot.Publish(new SoleRoute(first.Leases));
            first.State = GenerationState.Serving;
            _serving = first;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes a release ready beside the one that serves.</summary>
    public Task<SwapResult> StageAsync(VerifiedRelease release, SwapOptions options, CancellationToken cancellationToken) =>
        InTurnAsync("staging", release, options, cancellationToken, async (swap, _, token) =>
        {
            try
            {
                var staged = await swap.PrepareAsync(token).ConfigureAwait(false);
                DropStaged(options);
                _staged = staged;
                return swap.Staged();
            }
            catch (Exception failure)
            {
                return swap.Ended(failure, candidate: null);
            }
            finally
            {
                swap.StopRecording();
            }
        });

    /// <summary>Swaps to a release; uses the staged generation if it is of this release.</summary>
    public Task<SwapResult> SwapAsync(VerifiedRelease release, SwapOptions options, CancellationToken cancellationToken) =>
        InTurnAsync("swapping", release, options, cancellationToken, async (swap, _, token) =>
        {
            var staged = _staged?.Release.Digest == release.Digest ? _staged : null;
            if (staged is not null)
            {
                _staged = null;
            }

            var (result, serving) = await swap.RunAsync(staged, token).ConfigureAwait(false);
            _serving = serving;
            return result;
        });

    /// <summary>Gives an order to the swap that is going on, and returns its end. Null when none is, or it does not take the order.</summary>
    public Task<SwapResult>? Order(TrialOrder order) => _swap is { } swap && swap.Order(order) ? swap.Ending : null;

    /// <summary>The weak handle of a generation that has been unloaded, for a look at what keeps it.</summary>
    public (Generation Generation, GenerationHandle? Handle)? Find(int number) =>
        _parts.Retirements.Known().FirstOrDefault(one => one.Number == number) is { } found
            ? (found, _parts.Retirements.HandleOf(found))
            : null;

    /// <summary>Ends the slot: what is going on is taken back, callers are told that the host has stopped, and all generations are retired.</summary>
    public async Task StopAsync(SwapDeadlines deadlines, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _parts.Slot.Publish(new EmptyRoute("the host has stopped"));
            DropStaged(new SwapOptions { Deadlines = deadlines });
            if (_serving is { } serving)
            {
                _serving = null;
                _ = _parts.Retirements.Begin(serving, deadlines);
            }

            await _parts.Retirements.WaitAsync(deadlines.Drain + deadlines.Stop + deadlines.Stop + deadlines.Unload).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<SwapResult> InTurnAsync(
        string doing,
        VerifiedRelease release,
        SwapOptions options,
        CancellationToken cancellationToken,
        Func<Swap, Generation, CancellationToken, Task<SwapResult>> work)
    {
        var version = release.Manifest.Version.ToNormalizedString();
        if (_stopping.IsCancellationRequested)
        {
            return Refused(SwapReason.HostStopping, "The host is stopping.", version);
        }

        if (SwapOptionsRules.Faults(options) is { Count: > 0 } faults)
        {
            return Refused(SwapReason.OptionsRefused, string.Join(" ", faults), version);
        }

        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            return Refused(SwapReason.Busy, $"Another operation on the component is going on ({_doing}). Wait for it, or take it back.", version);
        }

        try
        {
            if (_serving is not { } serving)
            {
                return Refused(SwapReason.HostStopping, "The component has not been started, or the host has stopped.", version);
            }

            _doing = $"{doing} {version}";
            if (await TryBeginAsync(serving, release).ConfigureAwait(false) is not { } id)
            {
                return Refused(SwapReason.MemoryFailed, "The host's memory on disk cannot be written; free space or mend its permissions (the log names the file).", version);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            var swap = new Swap(_parts, serving, release, options with { Progress = GuardedProgress.Of(options.Progress, _parts.Setup.Logger) }, id);
            _swap = swap;
            var result = await RunAsync(swap, work(swap, serving, either.Token), id, version).ConfigureAwait(false);
            swap.TellEnd(result);
            return result;
        }
        finally
        {
            _swap = null;
            _doing = "";
            _turn.Release();
        }
    }

    /// <summary>Awaits a swap and records it. The boundary: whatever escapes a swap is an outcome too, and whoever waits for its end is told.</summary>
    private async Task<SwapResult> RunAsync(Swap swap, Task<SwapResult> running, string id, string version)
    {
        SwapResult result;
        try
        {
            result = await running.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogBroken(_parts.Setup.Logger, Component, failure);
            swap.StopRecording();
            result = Refused(SwapReason.InternalError, $"An error inside the host: {SlotCall.Describe(failure)}", version) with { Id = id, Outcome = SwapOutcome.Failed };
        }

        await RecordAsync(result).ConfigureAwait(false);
        return result;
    }

    private async Task<string?> TryBeginAsync(Generation serving, VerifiedRelease release)
    {
        try
        {
            return await _parts.Journal.BeginAsync(Component, serving, release).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsOfMemory(failure))
        {
            LogNotRecorded(_parts.Setup.Logger, Component, failure);
            return null;
        }
    }

    /// <summary>Records how a swap ended. What serves is settled by now, so a failure here is only told.</summary>
    private async Task RecordAsync(SwapResult result)
    {
        try
        {
            await _parts.Journal.EndAsync(result).ConfigureAwait(false);
            _ = NoteRetirementAsync(result);
        }
        catch (Exception failure) when (IsOfMemory(failure))
        {
            LogNotRecorded(_parts.Setup.Logger, Component, failure);
        }
    }

    private async Task NoteRetirementAsync(SwapResult result)
    {
        try
        {
            if (await result.Retirement.ConfigureAwait(false) is { } record)
            {
                await _parts.Journal.NoteRetirementAsync(Component, result.Id!, record).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            LogNotRecorded(_parts.Setup.Logger, Component, failure);
        }
    }

    private static bool IsOfMemory(Exception failure) => failure is IOException or UnauthorizedAccessException or HostMemoryException;

    private void DropStaged(SwapOptions options)
    {
        if (_staged is { } staged)
        {
            _staged = null;
            _ = _parts.Retirements.Begin(staged, options.Deadlines);
        }
    }

    private SwapResult Refused(SwapReason reason, string detail, string to) => new()
    {
        Component = Component,
        Outcome = SwapOutcome.Refused,
        Reason = reason,
        Detail = detail,
        From = _serving?.Version,
        To = to,
    };

    [LoggerMessage(1205, LogLevel.Error, "Component '{Component}': a swap ended by an error inside the host")]
    private static partial void LogBroken(ILogger logger, string component, Exception failure);

    [LoggerMessage(1204, LogLevel.Error, "Component '{Component}': the host's memory on disk could not be written")]
    private static partial void LogNotRecorded(ILogger logger, string component, Exception failure);
}
