using Theseus.Fleet;

namespace Theseus.Simulation.Tests;

/// <summary>What a host without code holds of each component beside what is confirmed, which is on its disk: it dies with the process.</summary>
/// <param name="confirmed">What the disk says.</param>
internal sealed class HeldReleases(Func<string, ReleaseId> confirmed)
{
    private readonly Dictionary<string, ReleaseId> _staged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ReleaseId Release, double Share, double Shadow)> _trials = new(StringComparer.Ordinal);

    public ReleaseId? Staged(string component) => _staged.GetValueOrDefault(component);

    public ReleaseId? OnTrial(string component) => _trials.TryGetValue(component, out var trial) ? trial.Release : null;

    public void Stage(string component, ReleaseId release) => _staged[component] = release;

    public void Try(string component, ReleaseId release, double share, double shadow)
    {
        _staged.Remove(component);
        _trials[component] = (release, share, shadow);
    }

    /// <summary>Lets go of all but what is confirmed.</summary>
    public void Drop(string component)
    {
        _trials.Remove(component);
        _staged.Remove(component);
    }

    /// <param name="component">The component.</param>
    /// <param name="isBad">Whether a release on trial shows faults.</param>
    public ComponentReport Describe(string component, bool isBad) => new()
    {
        Component = component,
        Contract = "IContract",
        Confirmed = confirmed(component),
        Staged = Staged(component),
        Trial = _trials.TryGetValue(component, out var trial)
            ? new TrialReport
            {
                Release = trial.Release,
                Share = trial.Share,
                ShadowFraction = trial.Shadow,
                Elapsed = TimeSpan.Zero,
                Candidate = new SideReport(100, 0, TimeSpan.Zero, TimeSpan.Zero),
                Stable = new SideReport(100, 0, TimeSpan.Zero, TimeSpan.Zero),
                Faults = isBad ? 1 : 0,
            }
            : null,
    };
}
