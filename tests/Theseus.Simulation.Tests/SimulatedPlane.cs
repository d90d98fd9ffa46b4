using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Simulation.Tests;

/// <summary>One control plane of a world.</summary>
internal sealed class SimulatedPlane(string name, TimeProvider time)
{
    public string Name { get; } = name;

    public PlaneClock Clock { get; } = new(time);

    /// <summary>Its process; null while it is dead.</summary>
    public DrivenUpgrades? Driven { get; set; }

    public bool IsAdvancing { get; set; }

    /// <summary>The reports that came while it stood still.</summary>
    public List<NodeReport> Waiting { get; } = [];
}

/// <summary>What a process sees of the time that is stopped now and then: it goes on as if no time had passed.</summary>
internal sealed class PlaneClock(TimeProvider time) : TimeProvider
{
    private (DateTimeOffset Now, long Timestamp)? _stopped;

    public bool StandsStill
    {
        get => _stopped is not null;
        set => _stopped = value ? (time.GetUtcNow(), time.GetTimestamp()) : null;
    }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _stopped?.Now ?? time.GetUtcNow();

    public override long GetTimestamp() => _stopped?.Timestamp ?? time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
