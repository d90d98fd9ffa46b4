using Theseus.Control.Upgrades;
using Theseus.Demo.Fleet;
using Theseus.Demo.Report;
using Theseus.Demo.Screen;

namespace Theseus.Demo.Acts;

/// <summary>Kills the control plane that drives an upgrade in its second wave, and sees whether another goes on.</summary>
internal sealed class Takeover(IDemoFleet fleet, IScreen screen, TimeProvider time)
{
    private const int SecondWave = 1;

    private KilledDriver? _killed;
    private long _killedAt;

    /// <summary>What came of it; null when it did not come to that.</summary>
    public TakeoverReport? Report { get; private set; }

    /// <summary>Looks at a change of the upgrade.</summary>
    public async Task SeeAsync(UpgradeRecord change, CancellationToken cancellationToken)
    {
        if (_killed is null && change is { State: UpgradeState.InProgress, Wave: >= SecondWave })
        {
            _killed = await fleet.KillDriverAsync(change, cancellationToken);
            _killedAt = time.GetTimestamp();
            Report = new TakeoverReport(_killed.Name, change.Wave + 1, null);
            screen.Step($"{_killed.Name}, which drives it, is killed", isEnd: false);
        }
        else if (_killed is not null && Report is { GoneOnAfterSeconds: null } && change.DrivenUnder > _killed.Lease)
        {
            Report = Report with { GoneOnAfterSeconds = Math.Round(time.GetElapsedTime(_killedAt).TotalSeconds, 1) };
            screen.Step($"another control plane goes on, after {Report.GoneOnAfterSeconds} s", isEnd: false);
        }
    }
}
