using Theseus.Packaging;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Makes a generation ready to be called: loads, constructs, starts, checks and warms it up, each with its deadline and
/// none with an effect on the serving path. What fails on the way is taken down again.
/// </summary>
internal sealed class Candidates(SlotSetup setup, ComponentSlot slot, Retirements retirements)
{
    private int _lastNumber;

    /// <summary>Loads a release and makes it ready.</summary>
    /// <param name="release">The release.</param>
    /// <param name="collectible">Whether it has to be unloadable.</param>
    /// <param name="options">The swap's options.</param>
    /// <param name="steps">Where the steps are told of.</param>
    /// <param name="recorder">Calls to warm up with besides the declared ones; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SwapFailedException">A step failed; what was loaded is being retired.</exception>
    public async Task<Generation> PrepareAsync(
        VerifiedRelease release, bool collectible, SwapOptions options, SwapSteps steps, CallRecorder? recorder, CancellationToken cancellationToken)
    {
        var generation = await steps.RunAsync(
            SwapStep.Load, () => LoadAsync(release, collectible, options, cancellationToken)).ConfigureAwait(false);
        retirements.Register(generation);
        try
        {
            await steps.RunAsync(SwapStep.Start, () => StartAsync(generation, options, cancellationToken)).ConfigureAwait(false);
            await steps.RunAsync(SwapStep.HealthCheck, () => CheckAsync(generation, options, cancellationToken)).ConfigureAwait(false);
            await steps.RunAsync(SwapStep.WarmUp, () => WarmUpAsync(generation, options, recorder, cancellationToken)).ConfigureAwait(false);
            generation.State = GenerationState.Staged;
            return generation;
        }
        catch
        {
            _ = retirements.Begin(generation, options.Deadlines);
            throw;
        }
    }

    /// <summary>Asks a generation for its health.</summary>
    /// <exception cref="SwapFailedException">It is not fit, or did not answer in time.</exception>
    public async Task CheckAsync(Generation generation, SwapOptions options, CancellationToken cancellationToken)
    {
        if (generation.Loaded.Instance is not IComponentHealth health)
        {
            return;
        }

        var answer = await UserCodeAsync(
            health.CheckAsync, options.Deadlines.HealthCheck, SwapReason.Unhealthy, SwapReason.HealthCheckTimedOut, "The health check", cancellationToken).ConfigureAwait(false);
        if (!answer.IsHealthy)
        {
            throw new SwapFailedException(SwapReason.Unhealthy, $"The component says that it is not fit to be called: {answer.Reason}");
        }
    }

    private async Task<Generation> LoadAsync(VerifiedRelease release, bool collectible, SwapOptions options, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var surroundings = setup.SurroundingsFor(release.Manifest, retirements.OnBackgroundFault(number));
        try
        {
            var loaded = await Bounded.RunAsync(
                _ => ValueTask.FromResult(ComponentLoader.Load(new LoadRequest(release, setup.Contract, collectible, surroundings))),
                options.Deadlines.Load,
                setup.Time,
                cancellationToken,
                ifLate: late => retirements.BeginForLate(new Generation(number, release, late, slot.Methods.Count, setup.Time.GetUtcNow()), options.Deadlines))
                .ConfigureAwait(false);
            return new Generation(number, release, loaded, slot.Methods.Count, setup.Time.GetUtcNow());
        }
        catch (ComponentLoadException failure)
        {
            throw new SwapFailedException(SwapReason.LoadFailed, $"{release} could not be loaded ({failure.Reason}): {failure.Message}");
        }
        catch (TimeoutException)
        {
            throw new SwapFailedException(
                SwapReason.LoadTimedOut,
                $"Loading and constructing {release} took longer than {options.Deadlines.Load.TotalSeconds:0.###} s. Work that takes long belongs in IComponentLifecycle.StartAsync.");
        }
    }

    private Task StartAsync(Generation generation, SwapOptions options, CancellationToken cancellationToken) =>
        generation.Loaded.Instance is IComponentLifecycle lifecycle
            ? UserCodeAsync(
                async token =>
                {
                    await lifecycle.StartAsync(token).ConfigureAwait(false);
                    return true;
                },
                options.Deadlines.Start,
                SwapReason.StartFailed,
                SwapReason.StartTimedOut,
                "Starting",
                cancellationToken)
            : Task.CompletedTask;

    private async Task WarmUpAsync(Generation generation, SwapOptions options, CallRecorder? recorder, CancellationToken cancellationToken)
    {
        var calls = WarmUpCalls.Declared(generation.Loaded.Instance, setup.Contract);
        // Without its state, a component with moving state would answer recent calls wrongly, or change what is about to
        // be imported.
        if (recorder is not null && !generation.HasMovingState)
        {
            calls.AddRange(recorder.Take().Select(WarmUpCalls.Recent));
        }

        var begun = setup.Time.GetTimestamp();
        for (var round = 0; round < options.WarmUp.Rounds && calls.Count > 0; round++)
        {
            if (round > 0 && setup.Time.GetElapsedTime(begun) >= options.WarmUp.LongestTime)
            {
                return;
            }

            // A round is one stretch of user code: a hand-over to another thread per call would cost more than most calls.
            var current = "";
            await UserCodeAsync(
                async token =>
                {
                    foreach (var call in calls)
                    {
                        Volatile.Write(ref current, call.Name);
                        await call.Make(generation.Loaded.Instance, token).ConfigureAwait(false);
                    }

                    return true;
                },
                options.Deadlines.WarmUpCall * calls.Count,
                SwapReason.WarmUpFailed,
                SwapReason.WarmUpTimedOut,
                () => $"The warm-up call '{Volatile.Read(ref current)}'",
                cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<T> UserCodeAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, TimeSpan deadline, SwapReason ifThrows, SwapReason ifLate, string what, CancellationToken cancellationToken) =>
        UserCodeAsync(work, deadline, ifThrows, ifLate, () => what, cancellationToken);

    private async Task<T> UserCodeAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, TimeSpan deadline, SwapReason ifThrows, SwapReason ifLate, Func<string> what, CancellationToken cancellationToken)
    {
        try
        {
            return await Bounded.RunAsync(work, deadline, setup.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SwapFailedException(ifLate, $"{what()} took longer than {deadline.TotalSeconds:0.###} s.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            throw new SwapFailedException(ifThrows, $"{what()} threw {SlotCall.Describe(failure)}");
        }
    }
}
