using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Simulation.Tests;

/// <summary>
/// The host under a node's agent: what the engine promises of a component, without code. What is confirmed is on its disk
/// and outlives a restart; what is staged or on trial does not. Its steps take time, may fail, and honour their token.
/// </summary>
internal sealed class SimulatedHost(Random random, TimeProvider time, Faults faults, Dictionary<string, ReleaseId> disk) : INodeEngine
{
    private readonly HeldReleases _held = new(component => disk[component]);
    private readonly Dictionary<string, Action<EngineAnswer>> _onLost = new(StringComparer.Ordinal);

    /// <summary>Set when the host is killed: nothing that it still does has an effect.</summary>
    public bool IsDead { get; set; }

    /// <summary>The releases that ever got calls.</summary>
    public HashSet<ReleaseId> Called { get; } = [];

    public IReadOnlyCollection<string> Components => disk.Keys;

    public ComponentReport Describe(string component) => _held.Describe(component, faults.BadRelease);

    public async Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken)
    {
        if (_held.OnTrial(component) == release)
        {
            return EngineAnswer.Done;
        }

        if (await StepAsync(20, faults.Preparing, cancellationToken) is { } failed)
        {
            return failed;
        }

        _held.Stage(component, release);
        return EngineAnswer.Done;
    }

    public async Task<EngineAnswer> ActivateAsync(
        string component, ReleaseId release, double share, double shadowFraction, StateChoice state, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken)
    {
        if (disk[component] == release)
        {
            return EngineAnswer.Done;
        }

        if (await StepAsync(_held.Staged(component) == release || _held.OnTrial(component) is not null ? 2 : 20, faults.Activating, cancellationToken) is { } failed)
        {
            return failed;
        }

        _held.Try(component, release, share, shadowFraction);
        _onLost[component] = onLost;
        Called.Add(release);
        return EngineAnswer.Done;
    }

    public async Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken)
    {
        if (disk[component] == release)
        {
            return EngineAnswer.Done;
        }

        if (await StepAsync(4, faults.Confirming, cancellationToken) is { } failed)
        {
            return failed;
        }

        _held.Drop(component);
        disk[component] = release;
        Called.Add(release);
        return EngineAnswer.Done;
    }

    public async Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken)
    {
        if (await StepAsync(4, faults.Reverting, cancellationToken) is { } failed)
        {
            return failed;
        }

        _held.Drop(component);
        disk[component] = from;
        return EngineAnswer.Done;
    }

    public Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken) => Task.FromResult(EngineAnswer.Done);

    public Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken) => Task.FromResult(EngineAnswer.Done);

    /// <summary>A trial's own rules take the release back.</summary>
    public void LoseATrial()
    {
        foreach (var component in disk.Keys.Where(one => _held.OnTrial(one) is not null).ToList())
        {
            _held.Drop(component);
            _onLost[component](EngineAnswer.Failed("TrialFailed", "It was worse."));
        }
    }

    private async Task<EngineAnswer?> StepAsync(int seconds, double chanceToFail, CancellationToken cancellationToken)
    {
        var fails = random.NextDouble() < chanceToFail;
        await PassAsync(TimeSpan.FromMilliseconds(random.Next(1, seconds * 1000)), cancellationToken).ConfigureAwait(false);
        if (IsDead)
        {
            // A killed process never comes back from what it waited for.
            await new TaskCompletionSource().Task.ConfigureAwait(false);
        }

        return fails ? EngineAnswer.Failed("LoadFailed", "It could not be done.") : null;
    }

    /// <summary>Lets time pass. Not by Task.Delay, which goes on on another thread when it is cancelled: the same seed would not give the same course.</summary>
    private async Task PassAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        var passed = new TaskCompletionSource();
        using var timer = time.CreateTimer(_ => passed.TrySetResult(), null, span, Timeout.InfiniteTimeSpan);
        // Not awaited at its end, for the same reason.
        using var cancelled = cancellationToken.Register(() => passed.TrySetCanceled(cancellationToken));
        await passed.Task.ConfigureAwait(false);
    }
}
