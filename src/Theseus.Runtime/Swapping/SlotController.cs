using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Packaging;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>Owns one slot: the only one that publishes its routes, one operation at a time. Thread-safe.</summary>
internal sealed partial class SlotController
{
    private readonly SlotParts _parts;
    private readonly GuardedJournal _journal;
    private readonly RetirementNotes _notes;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private volatile Generation? _serving;
    private volatile Generation? _staged;
    private volatile Swap? _swap;
    private volatile string _doing = "";
    private volatile string? _notStarted;

    public SlotController(SlotSetup setup, ComponentSlot slot, ISwapJournal journal, UnloadVerifier verifier)
    {
        var faults = new FaultDirector();
        var retirements = new Retirements(setup, slot, verifier) { OnBackgroundFault = faults.For };
        _parts = new SlotParts(setup, slot, new Candidates(setup, slot, retirements), retirements, faults, journal);
        _journal = new GuardedJournal(setup.Component, journal, setup.Logger);
        _notes = new RetirementNotes(setup, retirements, journal);
    }

    public string Component => _parts.Setup.Component;

    /// <summary>The release that serves and the settings that it is run with; null when nothing serves.</summary>
    public ReleaseRef? Serving => _serving?.Ref;

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
            [.. _parts.Retirements.Known().Select(generation => generation.Describe(Component))])
        {
            ContractAssembly = _parts.Setup.Contract.Assembly.GetName().Name!,
            ContractVersion = _parts.Setup.Contract.Assembly.GetName().Version!.ToString(fieldCount: 3),
            StagedDigest = _staged?.Release.Digest,
            StagedSettings = _staged?.Ref.Settings,
            Trial = _swap?.Trial.Describe(),
        };
    }

    /// <summary>
    /// Counts the slot's calls from now on, or no more. Not an operation of its own turn, for it changes nothing of where
    /// calls go, and a trial may take hours.
    /// </summary>
    /// <param name="timeOneIn">One in how many calls is timed; null to count none.</param>
    public void Measure(int? timeOneIn)
    {
        _parts.Slot.Measure(timeOneIn);
        foreach (var generation in _parts.Retirements.Known())
        {
            generation.Instruments.Measure(_parts.Slot.IsMeasured);
        }
    }

    /// <summary>What was counted of the generations that were called, or whose instruments were measured, meanwhile.</summary>
    public IEnumerable<GenerationMetrics> Metrics() =>
        from generation in _parts.Retirements.Known()
        let methods = generation.Meter.Read()
        let instruments = generation.Instruments.Read(new ReleaseId(generation.Version, generation.Release.Digest) { Settings = generation.Ref.Settings ?? "" }, generation.Number)
        where methods.Count > 0 || instruments.Count > 0
        select new GenerationMetrics(Component, generation.Version, generation.Release.Digest, generation.Number, methods)
        {
            Settings = generation.Ref.Settings,
            Instruments = instruments,
        };

    /// <summary>Changes the share of a trial that is going on. Returns why not; null when it is done.</summary>
    public string? Shift(double share, double shadowFraction) =>
        _swap is { } swap ? swap.Trial.Shift(share, shadowFraction) : "No release of the component is on trial.";

    /// <summary>The end of the swap whose trial is going on; null for none.</summary>
    public Task<SwapResult>? TrialEnding => _swap is { Trial.Candidate: not null } swap ? swap.Ending : null;

    /// <summary>Asks the generation on trial for its health, or where none is, the one that serves. Returns what is wrong; null for nothing, or nothing that is the trial's.</summary>
    public async Task<string?> CheckHealthAsync(SwapOptions options, CancellationToken cancellationToken)
    {
        var trial = _swap?.Trial;
        var candidate = trial?.Candidate;
        if ((candidate ?? _serving) is not { } asked)
        {
            return "Nothing serves.";
        }

        try
        {
            await (candidate is null ? _parts.Candidates.CheckAsync(asked, options, cancellationToken) : trial!.CheckAsync(candidate, cancellationToken)).ConfigureAwait(false);
            return null;
        }
        catch (SwapFailedException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Lets go of the generation that is ready beside the one that serves, if there is one.</summary>
    /// <returns>Whether it was the slot's turn: false while another operation goes on.</returns>
    public async Task<bool> UnstageAsync(SwapOptions options, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            DropStaged(options);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Loads the component's first release, before anyone calls it.</summary>
    /// <exception cref="SwapFailedException">It could not be made ready.</exception>
    public async Task StartAsync(VerifiedRelease release, string? settings, SwapOptions options, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // There is nothing to go back to, so there is no trial, and no need to be unloadable unless asked for.
            if (SwapOptionsRules.Faults(options) is { Count: > 0 } faults)
            {
                throw new SwapFailedException(SwapReason.OptionsRefused, string.Join(" ", faults));
            }

            _serving = await new FirstRelease(_parts, release, settings, Guarded(options), swap: null, validated: null).ServeAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Tells callers and operators from now on why the component does not serve, until a swap to a better release starts it.</summary>
    public async Task TellNotStartedAsync(string problem)
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_serving is null)
            {
                _notStarted = problem;
                _parts.Slot.Publish(new EmptyRoute($"it could not be started, and serves once it is swapped to a release that can: {problem}"));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Finds and verifies a release: the first step of what is done with it.</summary>
    /// <returns>The release, or the refusal of what it was wanted for.</returns>
    public async Task<(ValidatedRelease? Release, SwapResult? Refusal)> ValidateAsync(string version, string? settings, SwapOptions options, Func<Task<FoundRelease>> find)
    {
        var steps = new SwapSteps(Component, Guarded(options).Progress, _parts.Setup.Time);
        var found = await steps.RunAsync(SwapStep.Validate, find).ConfigureAwait(false);
        if (found.Release is { } release)
        {
            return (new(release, settings, steps.Timings[0]), null);
        }

        var refused = Refused(found.Reason, found.Problem, version) with { Steps = steps.Timings };
        // One that is nowhere is a mistake in the asking; one that is there and not accepted is worth remembering. Its
        // digest is not known: what a package says of itself counts for nothing before it has been verified.
        return (null, found.Reason == SwapReason.ReleaseRefused ? await _journal.RefuseAsync(refused, _serving, new(version, "")).ConfigureAwait(false) : refused);
    }

    /// <summary>Makes a release ready beside the one that serves.</summary>
    public Task<SwapResult> StageAsync(ValidatedRelease release, SwapOptions options, CancellationToken cancellationToken) =>
        InTurnAsync("staging", release, options, cancellationToken, revive: false, async (swap, token) =>
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

    /// <summary>Swaps to a release; uses the staged generation if it is of this release. A component that could not be started is started with it.</summary>
    public Task<SwapResult> SwapAsync(ValidatedRelease release, SwapOptions options, CancellationToken cancellationToken) =>
        InTurnAsync("swapping", release, options, cancellationToken, revive: true, async (swap, token) =>
        {
            var (result, serving) = await swap.RunAsync(() => TakeStaged(release.Ref), token).ConfigureAwait(false);
            _serving = serving;
            return result;
        });

    /// <summary>Gives an order to the swap that is going on, and returns its end. Null when none is, or it does not take the order.</summary>
    public Task<SwapResult>? Order(TrialOrder order) => _swap is { } swap && swap.Order(order) ? swap.Ending : null;

    /// <summary>A generation's calls that are left inside it, and the weak handle of one that has been unloaded, for a look at what keeps it.</summary>
    public (IReadOnlyList<CallsInFlight> CallsLeft, GenerationHandle? Handle)? Find(int number) =>
        _parts.Retirements.Known().FirstOrDefault(one => one.Number == number) is { } found
            ? (found.CallsLeft(_parts.Slot.Methods), _parts.Retirements.HandleOf(found))
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

            await _parts.Retirements.StopAsync(deadlines.Drain + deadlines.Stop + deadlines.Stop + deadlines.Unload).ConfigureAwait(false);
            await _notes.StopAsync(deadlines.Stop).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<SwapResult> InTurnAsync(
        string doing,
        ValidatedRelease validated,
        SwapOptions options,
        CancellationToken cancellationToken,
        bool revive,
        Func<Swap, CancellationToken, Task<SwapResult>> work)
    {
        var release = validated.Release;
        var version = release.Manifest.Version.ToNormalizedString();
        if (_stopping.IsCancellationRequested)
        {
            return Refused(SwapReason.HostStopping, "The host is stopping.", version);
        }

        if (SwapOptionsRules.Faults(options) is { Count: > 0 } faults)
        {
            return await _journal.RefuseAsync(Refused(SwapReason.OptionsRefused, string.Join(" ", faults), version) with { Steps = [validated.Took] }, _serving, validated.Ref).ConfigureAwait(false);
        }

        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            return Refused(SwapReason.Busy, $"Another operation on the component is going on ({_doing}). Wait for it, or take it back.", version);
        }

        try
        {
            if (WhyNot(revive) is { } refusal)
            {
                return Refused(refusal.Reason, refusal.Detail, version);
            }

            var serving = _serving;
            if (serving is null && options.RestoreSnapshot is not null)
            {
                return Refused(SwapReason.OptionsRefused, "A kept state can be put back only where something serves: start the component with a release that can first.", version);
            }

            _doing = $"{doing} {version}";
            if (await _journal.TryBeginAsync(serving, validated.Ref).ConfigureAwait(false) is not { } id)
            {
                return Refused(SwapReason.MemoryFailed, "The host's memory on disk cannot be written; free space or mend its permissions (the log names the file).", version);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            if (serving is null)
            {
                return await ReviveAsync(validated, options, id, either.Token).ConfigureAwait(false);
            }

            var swap = new Swap(_parts, serving, validated, Guarded(options), id);
            _swap = swap;
            var result = await RunAsync(swap, work(swap, either.Token), id, version).ConfigureAwait(false);
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

    /// <summary>Why an operation cannot be begun now that it is its turn; null when it can.</summary>
    private (SwapReason Reason, string Detail)? WhyNot(bool revive) => (_serving, _notStarted) switch
    {
        _ when _stopping.IsCancellationRequested => (SwapReason.HostStopping, "The host is stopping."),
        (null, null) => (SwapReason.NotStarted, "The component has not been started yet; wait until the host has started."),
        (null, { } problem) when !revive => (SwapReason.NotStarted, $"The component could not be started, so nothing serves; swap to a release that can, and it serves at once. What was wrong: {problem}"),
        _ => null,
    };

    /// <summary>Starts a component that could not be started, with another release. There is nothing to go back to, so there is no trial.</summary>
    private async Task<SwapResult> ReviveAsync(ValidatedRelease validated, SwapOptions options, string id, CancellationToken cancellationToken)
    {
        var (result, serving) = await new FirstRelease(_parts, validated.Release, validated.Settings, Guarded(options), id, validated.Took).ReviveAsync(cancellationToken).ConfigureAwait(false);
        _serving = serving;
        await RecordAsync(result).ConfigureAwait(false);
        return result;
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

    private async Task RecordAsync(SwapResult result)
    {
        if (await _journal.TryEndAsync(result).ConfigureAwait(false))
        {
            _notes.Begin(result);
        }
    }

    private SwapOptions Guarded(SwapOptions options) => options with { Progress = GuardedProgress.Of(options.Progress, _parts.Setup.Logger) };

    private Generation? TakeStaged(ReleaseRef release)
    {
        if (_staged is not { } staged || staged.Ref != release)
        {
            return null;
        }

        _staged = null;
        return staged;
    }

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
}
