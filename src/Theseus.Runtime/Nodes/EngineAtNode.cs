using Theseus.Fleet;

namespace Theseus.Runtime.Nodes;

/// <summary>A node's host, by its engine. Thread-safe: the engine is.</summary>
internal sealed class EngineAtNode(HotSwapEngine engine, MetricsCollector metrics, TimeProvider time) : INodeEngine
{
    private const string TakenBack = nameof(SwapReason.TakenBack);
    private static readonly StateChoice s_stateOfNow = new("", "");
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    public IReadOnlyCollection<string> Components => engine.Components;

    public ProcessMetrics? ReadProcess() => metrics.Collecting is null ? null : metrics.ReadProcess();

    public ComponentReport Describe(string component)
    {
        var status = engine.GetStatus(component);
        var measured = engine.MetricsOf(component).ToList();
        return new ComponentReport
        {
            Component = component,
            Contract = status.Contract,
            ContractAssembly = status.ContractAssembly,
            ContractVersion = status.ContractVersion,
            Confirmed = engine.GetConfirmed(component) is { } confirmed ? new ReleaseId(confirmed.Version, confirmed.Digest) { Settings = confirmed.Settings ?? "" } : null,
            Staged = status.StagedVersion is { } staged ? new ReleaseId(staged, status.StagedDigest!) { Settings = status.StagedSettings ?? "" } : null,
            Trial = status.Trial is { } trial ? Report(trial) : null,
            States = [.. engine.GetSnapshots(component).Select(one => new KeptState(one.Name, new ReleaseId(one.Release.Version, one.Release.Digest) { Settings = one.Release.Settings ?? "" }, one.Bytes, one.TakenAt))],
            Lingering =
            [
                .. status.Generations.Where(one => one.State == GenerationState.Lingering)
                    .Select(one => $"generation {one.Number}, {one.Version}: {one.Retirement?.Summary}"),
            ],
            Calls = [.. measured.Where(one => one.Methods.Count > 0).Select(Report)],
            Instruments = [.. measured.SelectMany(one => one.Instruments)],
        };
    }

    public async Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken)
    {
        var report = Describe(component);
        if (report.Staged == release || report.Trial?.Release == release || report.Confirmed == release)
        {
            return EngineAnswer.Done;
        }

        var options = engine.OptionsOf(component) with { ExpectedDigest = release.Digest, Settings = ReleaseSettings.Read(release.Settings) };
        return Answer(await InTurnAsync(() => engine.StageAsync(component, release.Version, options, cancellationToken), cancellationToken).ConfigureAwait(false), SwapOutcome.Staged);
    }

    public async Task<EngineAnswer> ActivateAsync(
        string component, ReleaseId release, double share, double shadowFraction, StateChoice state, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken)
    {
        var report = Describe(component);
        if (report.Confirmed == release)
        {
            return EngineAnswer.Done;
        }

        if (report.Trial?.Release == release)
        {
            return Shift(component, share, shadowFraction, onLost);
        }

        var own = engine.OptionsOf(component);
        var watching = new Started();
        var giveUp = new CancellationTokenSource();
        var options = With(own, release, state) with
        {
            Progress = watching,
            Trial = own.Trial with { Duration = holdAtMost, NeedsOrder = true, Share = share, ShadowFraction = shadowFraction, MinimumCalls = 0 },
        };
        var swap = InTurnAsync(() => engine.SwapAsync(component, release.Version, options, giveUp.Token), cancellationToken);
        using (cancellationToken.Register(giveUp.Cancel))
        {
            if (await Task.WhenAny(watching.OnTrial, swap).ConfigureAwait(false) == swap)
            {
                return Answer(await swap.ConfigureAwait(false), SwapOutcome.Completed);
            }
        }

        if (giveUp.IsCancellationRequested)
        {
            // Given up right as it came to its trial, which the same word takes back.
            return Answer(await swap.ConfigureAwait(false), SwapOutcome.Completed);
        }

        // From here on only an order ends the trial well; whatever else does is told.
        _ = TellAsync(swap, onLost);
        return EngineAnswer.Done;
    }

    public async Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken)
    {
        var report = Describe(component);
        if (report.Trial?.Release == release)
        {
            return Answer(await engine.ConfirmAsync(component, cancellationToken).ConfigureAwait(false), SwapOutcome.Completed);
        }

        // An order from before, that nobody waits for any more, may be confirming it right now: to swap to it once more
        // would keep its own state as the one from before.
        while (IsBusy(component))
        {
            await Task.Delay(s_look, time, cancellationToken).ConfigureAwait(false);
        }

        return Describe(component).Confirmed == release ? EngineAnswer.Done : await SwapAsync(component, release, state, cancellationToken).ConfigureAwait(false);
    }

    public async Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await engine.TakeBackAsync(component, cancellationToken).ConfigureAwait(false);
            // Asked first: what is seen while nothing goes on stays so.
            if (!IsBusy(component))
            {
                var report = Describe(component);
                if (report.Staged == to)
                {
                    await engine.UnstageAsync(component, cancellationToken).ConfigureAwait(false);
                }
                else if (report.Confirmed == from)
                {
                    return EngineAnswer.Done;
                }
                else if (await SwapAsync(component, from, s_stateOfNow, cancellationToken).ConfigureAwait(false) is { Succeeded: false } failed)
                {
                    return failed;
                }
            }

            // What takes no more orders may still be ending.
            await Task.Delay(s_look, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken)
    {
        while (true)
        {
            var old = engine.GetStatus(component).Generations.Where(one => one.State is >= GenerationState.Draining and not GenerationState.Gone).ToList();
            if (old.Count == 0)
            {
                return EngineAnswer.Done;
            }

            if (old.All(one => one.State == GenerationState.Lingering))
            {
                return EngineAnswer.Failed("Lingering", string.Join(" ", Describe(component).Lingering));
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return EngineAnswer.Failed("StillLeaving", string.Join(" ", old.Select(one => $"generation {one.Number}, {one.Version}, is still {one.State}, with {one.CallsInFlight} calls inside")));
            }

            await Task.Delay(s_look, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken) =>
        await engine.CheckHealthAsync(component, cancellationToken).ConfigureAwait(false) is { } problem
            ? EngineAnswer.Failed(nameof(SwapReason.Unhealthy), problem)
            : EngineAnswer.Done;

    /// <summary>Shifts a trial that is going on. Its loss is told to whoever shifts it too: it was their state that is lost.</summary>
    private EngineAnswer Shift(string component, double share, double shadowFraction, Action<EngineAnswer> onLost)
    {
        // Asked for before the shift, so that a trial that ends right after it is told of.
        var ending = engine.TrialEnding(component);
        if (engine.Shift(component, share, shadowFraction) is { } problem)
        {
            return EngineAnswer.Failed(nameof(SwapReason.OptionsRefused), problem);
        }

        if (ending is not null)
        {
            _ = TellAsync(ending, onLost);
        }

        return EngineAnswer.Done;
    }

    private bool IsBusy(string component) => engine.GetStatus(component).Activity.Length > 0;

    private static async Task TellAsync(Task<SwapResult> swap, Action<EngineAnswer> onLost)
    {
        var result = await swap.ConfigureAwait(false);
        if (result.Outcome != SwapOutcome.Completed && result.Reason != SwapReason.TakenBack)
        {
            onLost(EngineAnswer.Failed(result.Reason.ToString(), result.Detail));
        }
    }

    /// <summary>A swap without a trial: what it leads to has had its trial, or serves already elsewhere.</summary>
    private async Task<EngineAnswer> SwapAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken)
    {
        var own = engine.OptionsOf(component);
        var options = With(own, release, state) with { Trial = own.Trial with { Duration = TimeSpan.Zero, Share = 1, ShadowFraction = 0 } };
        return Answer(await InTurnAsync(() => engine.SwapAsync(component, release.Version, options, cancellationToken), cancellationToken).ConfigureAwait(false), SwapOutcome.Completed);
    }

    private static SwapOptions With(SwapOptions own, ReleaseId release, StateChoice state) => own with
    {
        ExpectedDigest = release.Digest,
        Settings = ReleaseSettings.Read(release.Settings),
        SnapshotName = state.Keep.Length > 0 ? state.Keep : null,
        RestoreSnapshot = state.Restore.Length > 0 ? state.Restore : null,
    };

    /// <summary>Waits for what still goes on: the last swap may yet be loading its release as resident, or what was cancelled be ending.</summary>
    private async Task<SwapResult> InTurnAsync(Func<Task<SwapResult>> begin, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await begin().ConfigureAwait(false);
            if (result.Reason != SwapReason.Busy)
            {
                return result;
            }

            await Task.Delay(s_look, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static EngineAnswer Answer(SwapResult result, SwapOutcome asked) => result.Outcome == asked
        ? EngineAnswer.Done
        : EngineAnswer.Failed(result.Reason == SwapReason.None ? TakenBack : result.Reason.ToString(), result.Detail);

    private static GenerationCalls Report(GenerationMetrics generation) => new(
        new ReleaseId(generation.Version, generation.Digest) { Settings = generation.Settings ?? "" },
        generation.Generation,
        [
            .. generation.Methods.Select(method => new MethodCalls
            {
                Method = method.Method,
                Answered = method.Answered,
                GivenUp = method.GivenUp,
                Failures = method.FailuresByKind,
                Latency = method.Latency,
            }),
        ]);

    private static TrialReport Report(TrialStatus trial)
    {
        var seen = trial.Observation;
        return new TrialReport
        {
            Release = new ReleaseId(trial.Version, trial.Digest) { Settings = trial.Settings ?? "" },
            Share = trial.Share,
            ShadowFraction = trial.ShadowFraction,
            Elapsed = seen.Elapsed,
            Candidate = Side(seen.Candidate),
            Stable = Side(seen.Stable),
            ProvenFailures = seen.ShieldedCalls + seen.ShadowMismatches + seen.ShadowFailures,
            Faults = seen.Faults,
            Shadowed = [.. seen.ShadowedMethods.Select(one => new ShadowedCalls(one.Method, one.Compared, one.Different, one.Failed, one.Samples))],
            Examples = seen.Examples,
        };
    }

    private static SideReport Side(TrialSideObservation side) => new(side.Calls, side.Failures, side.MedianLatency, side.P99Latency);

    /// <summary>Tells when a swap has come to its trial.</summary>
    private sealed class Started : IProgress<SwapProgress>
    {
        private readonly TaskCompletionSource _onTrial = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task OnTrial => _onTrial.Task;

        public void Report(SwapProgress value)
        {
            if (value is { Step: SwapStep.Observe, IsEnd: false })
            {
                _onTrial.TrySetResult();
            }
        }
    }
}
