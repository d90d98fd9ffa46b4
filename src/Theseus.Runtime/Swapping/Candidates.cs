using Theseus.Packaging;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Metrics;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Makes a generation ready to be called: loads, constructs, starts, checks and warms it up, each with its deadline and
/// none with an effect on the serving path. What fails on the way is taken down again.
/// </summary>
internal sealed class Candidates(SlotSetup setup, ComponentSlot slot, Retirements retirements)
{
    private readonly UserCode _userCode = new(setup.Time);
    private int _lastNumber;

    /// <summary>Loads a release and makes it ready.</summary>
    /// <param name="release">The release.</param>
    /// <param name="settings">The settings that it is run with; null for none.</param>
    /// <param name="collectible">Whether it has to be unloadable.</param>
    /// <param name="options">The swap's options.</param>
    /// <param name="steps">Where the steps are told of.</param>
    /// <param name="recorder">Calls to warm up with besides the declared ones; null for none.</param>
    /// <param name="onLoaded">Told of the generation as soon as there is one, for whoever tells of its retirement if a later step fails; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SwapFailedException">A step failed; what was loaded is being retired.</exception>
    public async Task<Generation> PrepareAsync(
        VerifiedRelease release, string? settings, bool collectible, SwapOptions options, SwapSteps steps, CallRecorder? recorder, Action<Generation>? onLoaded, CancellationToken cancellationToken)
    {
        var generation = await steps.RunAsync(
            SwapStep.Load, () => LoadAsync(release, settings, collectible, options, cancellationToken)).ConfigureAwait(false);
        retirements.Register(generation);
        // After it is known: whoever begins to look meanwhile either finds it, or is found here.
        generation.Instruments.Measure(slot.IsMeasured);
        onLoaded?.Invoke(generation);
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

        var answer = await _userCode.RunAsync(
            health.CheckAsync, options.Deadlines.HealthCheck, SwapReason.Unhealthy, SwapReason.HealthCheckTimedOut, "The health check", cancellationToken).ConfigureAwait(false);
        if (!answer.IsHealthy)
        {
            throw new SwapFailedException(SwapReason.Unhealthy, $"The component says that it is not fit to be called: {answer.Reason}");
        }
    }

    private async Task<Generation> LoadAsync(VerifiedRelease release, string? settings, bool collectible, SwapOptions options, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var surroundings = setup.SurroundingsFor(release.Manifest, settings, retirements.OnBackgroundFault(number));
        try
        {
            var loaded = await Bounded.RunAsync(
                _ => ValueTask.FromResult(setup.Load(new LoadRequest(release, setup.Contract, collectible, surroundings))),
                options.Deadlines.Load,
                setup.Time,
                cancellationToken,
                ifLate: late => retirements.BeginForLate(Made(late), options.Deadlines))
                .ConfigureAwait(false);
            return Made(loaded);
        }
        catch (ComponentLoadException failure)
        {
            throw new SwapFailedException(SwapReason.LoadFailed, $"{release} could not be loaded ({failure.Reason}): {failure.Message}");
        }
        catch (DeadlinePassedException)
        {
            throw new SwapFailedException(
                SwapReason.LoadTimedOut,
                $"Loading and constructing {release} took longer than {options.Deadlines.Load.TotalSeconds:0.###} s. Work that takes long belongs in IComponentLifecycle.StartAsync.");
        }

        Generation Made(LoadedComponent loaded) =>
            new(number, release, settings, loaded, new GenerationMeter(slot.Methods, setup.Time, slot.Sampling), slot.Methods.Count, setup.Time);
    }

    private Task StartAsync(Generation generation, SwapOptions options, CancellationToken cancellationToken) =>
        generation.Loaded.Instance is IComponentLifecycle lifecycle
            ? _userCode.RunAsync(
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
        var calls = await DeclaredCallsAsync(generation, options, cancellationToken).ConfigureAwait(false);
        // Without its state, a component with moving state would answer recent calls wrongly, or change what is about to
        // be imported.
        if (recorder is not null && !generation.HasMovingState)
        {
            calls.AddRange(recorder.Take().Select(WarmUpCalls.Recent));
        }

        await new WarmUp(generation, calls, options, setup.Time).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<NamedCall>> DeclaredCallsAsync(Generation generation, SwapOptions options, CancellationToken cancellationToken)
    {
        var instance = generation.Loaded.Instance;
        var calls = await _userCode.RunAsync(
            token => ValueTask.FromResult(WarmUpCalls.Declared(instance, setup.Contract, token)),
            options.Deadlines.WarmUpCall,
            SwapReason.WarmUpFailed,
            SwapReason.WarmUpTimedOut,
            "Declaring its warm-up calls",
            cancellationToken).ConfigureAwait(false);
        return calls.Count <= WarmUpCalls.MostDeclared
            ? calls
            : throw new SwapFailedException(SwapReason.WarmUpFailed, $"It declares more than {WarmUpCalls.MostDeclared} warm-up calls; a few that reach most of its code are enough.");
    }
}
