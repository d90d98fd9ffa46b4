using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>The host under a node's desks, whose steps are over at once: so that a test decides alone what happens when.</summary>
internal sealed class InstantHost(Dictionary<string, ReleaseId> disk) : INodeEngine
{
    private readonly Dictionary<string, ReleaseId> _staged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ReleaseId Release, double Share, double Shadow)> _trials = new(StringComparer.Ordinal);

    /// <summary>Whether the next step that goes forward fails.</summary>
    public bool FailsNext { get; set; }

    /// <summary>Whether a release on trial shows faults.</summary>
    public bool IsBad { get; set; }

    public IReadOnlyCollection<string> Components => disk.Keys;

    public ComponentReport Describe(string component) => new()
    {
        Component = component,
        Contract = "IContract",
        Confirmed = disk[component],
        Staged = _staged.GetValueOrDefault(component),
        Trial = _trials.TryGetValue(component, out var trial) ? Report(trial.Release, trial.Share, trial.Shadow) : null,
    };

    public Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken) =>
        Forward(() => _staged[component] = release);

    public Task<EngineAnswer> ActivateAsync(
        string component, ReleaseId release, double share, double shadowFraction, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken) => Forward(() =>
    {
        _staged.Remove(component);
        if (disk[component] != release)
        {
            _trials[component] = (release, share, shadowFraction);
        }
    });

    public Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, CancellationToken cancellationToken) =>
        Forward(() => Settle(component, release));

    public Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken)
    {
        Settle(component, from);
        return Task.FromResult(EngineAnswer.Done);
    }

    public Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken) => Task.FromResult(EngineAnswer.Done);

    public Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken) => Task.FromResult(EngineAnswer.Done);

    private void Settle(string component, ReleaseId release)
    {
        _trials.Remove(component);
        _staged.Remove(component);
        disk[component] = release;
    }

    private Task<EngineAnswer> Forward(Action act)
    {
        if (FailsNext)
        {
            FailsNext = false;
            return Task.FromResult(EngineAnswer.Failed("LoadFailed", "It could not be done."));
        }

        act();
        return Task.FromResult(EngineAnswer.Done);
    }

    private TrialReport Report(ReleaseId release, double share, double shadow) => new()
    {
        Release = release,
        Share = share,
        ShadowFraction = shadow,
        Elapsed = TimeSpan.Zero,
        Candidate = new SideReport(100, 0, TimeSpan.Zero, TimeSpan.Zero),
        Stable = new SideReport(100, 0, TimeSpan.Zero, TimeSpan.Zero),
        Faults = IsBad ? 1 : 0,
    };
}
