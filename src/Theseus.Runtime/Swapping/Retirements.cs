using Microsoft.Extensions.Logging;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Retires a slot's generations: drains, stops, unloads, verifies, and keeps the record. Each retirement is a task that
/// this class owns; of one that has not drained in time, the rest happens when its last call ends, and nobody waits for
/// that, not even a host that stops. One that has not gone by its deadline is looked after, at growing intervals, until it
/// has gone or the host stops. Thread-safe.
/// </summary>
/// <remarks>
/// Methods that touch a component's objects end before the wait for its unloading begins, so that no state machine of
/// ours keeps alive what it waits for.
/// </remarks>
internal sealed partial class Retirements(SlotSetup setup, ComponentSlot slot, UnloadVerifier verifier)
{
    private const int GoneOnesKept = 32;

    // Each look forces a collection or two: often at first, since what pins mostly ends soon; then next to never.
    private static readonly TimeSpan s_firstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Generation> _generations = [];
    private readonly Dictionary<Generation, Task<RetirementRecord?>> _running = [];
    private readonly Dictionary<Generation, GenerationHandle> _unloading = [];
    private readonly OwnedTasks _watches = new(setup.Time);

    /// <summary>Where faults of a generation's background work go.</summary>
    public Func<int, Action<string, Exception>> OnBackgroundFault { get; set; } = _ => (_, _) => { };

    /// <summary>Makes a generation known.</summary>
    public void Register(Generation generation)
    {
        lock (_lock)
        {
            _generations.Add(generation);
            var gone = _generations.Where(one => one.State == GenerationState.Gone).ToList();
            foreach (var old in gone.Take(gone.Count - GoneOnesKept))
            {
                _generations.Remove(old);
                _unloading.Remove(old);
            }
        }
    }

    /// <summary>All generations that are not gone, and the newest of those that are.</summary>
    public IReadOnlyList<Generation> Known()
    {
        lock (_lock)
        {
            foreach (var (generation, handle) in _unloading)
            {
                TellIfGone_NeedsLock(generation, handle);
            }

            return [.. _generations];
        }
    }

    /// <summary>The weak handle of a generation that has been unloaded; null before.</summary>
    public GenerationHandle? HandleOf(Generation generation)
    {
        lock (_lock)
        {
            return _unloading.GetValueOrDefault(generation);
        }
    }

    /// <summary>Begins to retire a generation that no published route names any more. The task never faults.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="deadlines">The deadlines of the steps.</param>
    /// <param name="progress">Told of the steps.</param>
    /// <param name="rest">How long it rests between its last call and its stop.</param>
    public Task<RetirementRecord?> Begin(Generation generation, SwapDeadlines deadlines, IProgress<SwapProgress>? progress = null, TimeSpan rest = default)
    {
        lock (_lock)
        {
            if (!_running.TryGetValue(generation, out var running))
            {
                if (generation.State >= GenerationState.Draining)
                {
                    return Task.FromResult(generation.Retirement);
                }

                // Here, not when the task gets its turn: from now on nobody is to be told that it serves or is on trial.
                generation.State = GenerationState.Draining;
                running = Task.Run(() => RetireAsync(generation, deadlines, progress, rest));
                _running.Add(generation, running);
            }

            return running;
        }
    }

    /// <summary>Retires what was loaded after its deadline had passed, and so was never waited for.</summary>
    public void BeginForLate(Generation generation, SwapDeadlines deadlines)
    {
        Register(generation);
        Begin(generation, deadlines);
    }

    /// <summary>Waits for the retirements that are going on; none rests from now on, and what has not gone by then is not looked after any more.</summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        _hurry.TrySetResult();
        Task[] running;
        lock (_lock)
        {
            running = [.. _running.Values];
        }

        try
        {
            await Task.WhenAll(running).WaitAsync(deadline, setup.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogNotRetired(setup.Logger, setup.Component, deadline);
        }

        await _watches.StopAsync(deadline).ConfigureAwait(false);
    }

    /// <summary>One that had not gone by its deadline may have gone since.</summary>
    private static void TellIfGone_NeedsLock(Generation generation, GenerationHandle handle)
    {
        if (generation.State == GenerationState.Lingering && handle.IsGone)
        {
            generation.Tell(
                generation.Retirement! with { IsGone = true, Summary = "Gone, later than its deadline. " + generation.Retirement.Summary },
                GenerationState.Gone);
        }
    }

    /// <summary>Looks after one that has not gone by its deadline, so that its record says when it does without anybody asking.</summary>
    private async Task WatchAsync(Generation generation, GenerationHandle handle, CancellationToken stopping)
    {
        try
        {
            for (var pause = s_firstLook; generation.State == GenerationState.Lingering; pause = 2 * pause < s_longestPause ? 2 * pause : s_longestPause)
            {
                await Task.Delay(pause, setup.Time, stopping).ConfigureAwait(false);
                await verifier.WaitUntilGoneAsync(handle, s_look, stopping).ConfigureAwait(false);
                lock (_lock)
                {
                    TellIfGone_NeedsLock(generation, handle);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception failure)
        {
            // The boundary of a background task: asking for the status still tells.
            LogFailed(setup.Logger, setup.Component, generation.Version, failure);
        }
    }

    private async Task<RetirementRecord?> RetireAsync(Generation generation, SwapDeadlines deadlines, IProgress<SwapProgress>? progress, TimeSpan rest)
    {
        // The boundary of a background task: whatever goes wrong ends in the record and the log, not in nothing.
        try
        {
            var steps = new SwapSteps(setup.Component, progress, setup.Time);
            var begun = setup.Time.GetTimestamp();
            var drained = generation.Leases.DrainAsync();
            if (!await steps.RunAsync(SwapStep.Drain, () => EndsWithinAsync(drained, deadlines.Drain)).ConfigureAwait(false))
            {
                NoteUndrained(generation, begun);
                return await LingerAsync(generation, drained, begun, deadlines, steps).ConfigureAwait(false);
            }

            var drain = setup.Time.GetElapsedTime(begun);
            await EndsWithinAsync(_hurry.Task, rest).ConfigureAwait(false);
            return await FinishAsync(generation, drain, deadlines, steps).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogFailed(setup.Logger, setup.Component, generation.Version, failure);
            generation.Tell(Record(generation, isGone: false, $"Retiring it failed: {SlotCall.Describe(failure)}"), GenerationState.Lingering);
            return generation.Retirement;
        }
        finally
        {
            lock (_lock)
            {
                _running.Remove(generation);
            }
        }
    }

    /// <summary>Its calls are not cut off. The record so far is the answer; the rest happens when the last call ends.</summary>
    private Task<RetirementRecord?> LingerAsync(Generation generation, Task drained, long begun, SwapDeadlines deadlines, SwapSteps steps)
    {
        _ = drained.ContinueWith(
            async _ =>
            {
                try
                {
                    await FinishAsync(generation, setup.Time.GetElapsedTime(begun), deadlines, steps).ConfigureAwait(false);
                }
                catch (Exception failure)
                {
                    LogFailed(setup.Logger, setup.Component, generation.Version, failure);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.RunContinuationsAsynchronously,
            TaskScheduler.Default);
        return Task.FromResult(generation.Retirement);
    }

    private void NoteUndrained(Generation generation, long begun)
    {
        var age = setup.Time.GetElapsedTime(begun);
        CallsInFlight[] inFlight =
        [
            .. generation.Leases.InFlightByMethod().Select(one => new CallsInFlight(slot.Methods[one.Method].Name, one.Calls, age)),
        ];
        var record = Record(generation, isGone: false, $"Not drained: {string.Join("; ", inFlight.Select(one => one.ToString()))}. It goes when they end.") with
        {
            InFlight = inFlight,
        };
        generation.Tell(record, GenerationState.Lingering);
        LogLingers(setup.Logger, setup.Component, generation.Version, record.Summary);
    }

    private async Task<RetirementRecord?> FinishAsync(Generation generation, TimeSpan drain, SwapDeadlines deadlines, SwapSteps steps)
    {
        generation.State = GenerationState.Stopping;
        var begun = setup.Time.GetTimestamp();
        var problems = await steps.RunAsync(SwapStep.Stop, () => StopAsync(generation, deadlines)).ConfigureAwait(false);
        var stop = setup.Time.GetElapsedTime(begun);

        generation.State = GenerationState.Unloading;
        var handle = generation.BeginUnload();
        lock (_lock)
        {
            _unloading[generation] = handle;
        }

        var unload = await steps.RunAsync(
            SwapStep.Unload, () => verifier.WaitUntilGoneAsync(handle, deadlines.Unload, CancellationToken.None)).ConfigureAwait(false);
        if (!unload.IsGone && setup.WalkWhenStuck is { } walker)
        {
            var walk = await walker.WalkAsync(handle, HeapWalker.LongestStop, CancellationToken.None).ConfigureAwait(false);
            unload = unload with { Pins = [.. unload.Pins, .. walk.Findings] };
        }

        var summary = unload.IsGone
            ? $"Gone {(drain + stop + unload.Elapsed).TotalMilliseconds:0} ms after it got its last call"
            : $"Still in memory {unload.Elapsed.TotalSeconds:0.0} s after unloading began: {Causes(unload)}";
        var record = Record(generation, unload.IsGone, problems.Count == 0 ? summary + "." : $"{summary}; stopping: {string.Join("; ", problems)}.") with
        {
            Drain = drain,
            Stop = stop,
            StopProblems = problems,
            Unload = unload,
        };
        generation.Tell(record, unload.IsGone ? GenerationState.Gone : GenerationState.Lingering);
        if (!unload.IsGone)
        {
            LogLingers(setup.Logger, setup.Component, generation.Version, record.Summary);
            _watches.Begin(stopping => WatchAsync(generation, handle, stopping));
        }

        return record;
    }

    private async Task<IReadOnlyList<string>> StopAsync(Generation generation, SwapDeadlines deadlines)
    {
        var problems = new List<string>();
        if (generation.Loaded.Instance is IComponentLifecycle lifecycle)
        {
            try
            {
                await Bounded.RunAsync(lifecycle.StopAsync, deadlines.Stop, setup.Time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                problems.Add($"StopAsync had not ended after {deadlines.Stop.TotalSeconds:0.###} s");
            }
            catch (Exception failure)
            {
                problems.Add($"StopAsync threw {SlotCall.Describe(failure)}");
            }
        }

        using var deadline = new CancellationTokenSource(deadlines.Stop, setup.Time);
        problems.AddRange(await generation.Loaded.ReleaseAsync(deadline.Token).ConfigureAwait(false));
        return problems;
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan deadline)
    {
        try
        {
            await task.WaitAsync(deadline, setup.Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static string Causes(UnloadReport unload) => unload.Pins.Count > 0
        ? string.Join("; ", unload.Pins.Select(pin => pin.Description))
        : "nothing is known of the cause without a walk over the heap (theseus why --walk-heap)";

    private static RetirementRecord Record(Generation generation, bool isGone, string summary) =>
        new() { Generation = generation.Number, Version = generation.Version, IsGone = isGone, Summary = summary };

    [LoggerMessage(1201, LogLevel.Warning, "Component '{Component}' {Version}: {Summary}")]
    private static partial void LogLingers(ILogger logger, string component, string version, string summary);

    [LoggerMessage(1202, LogLevel.Error, "Component '{Component}' {Version}: retiring failed")]
    private static partial void LogFailed(ILogger logger, string component, string version, Exception failure);

    [LoggerMessage(1203, LogLevel.Warning, "Component '{Component}': old generations were still being retired after {Deadline}")]
    private static partial void LogNotRetired(ILogger logger, string component, TimeSpan deadline);
}
