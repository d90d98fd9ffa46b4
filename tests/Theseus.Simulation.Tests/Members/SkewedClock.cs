namespace Theseus.Simulation.Tests.Members;

/// <summary>A node's clock: it runs as the world's does, and is wrong by as much as it is.</summary>
internal sealed class SkewedClock(TimeProvider time, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + skew;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
