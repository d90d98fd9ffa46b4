namespace Theseus.Simulation.Tests.Tasks;

/// <summary>What goes wrong in a world of tasks, and how often.</summary>
internal sealed record TaskFaults
{
    public double Lost { get; init; }

    public double Doubled { get; init; }

    public int LongestDelaySeconds { get; init; }

    /// <summary>The chance that an attempt fails, and that its handler does not come back.</summary>
    public double Failed { get; init; }

    public double Hung { get; init; }

    /// <summary>The chance, each second and for each node, that it is killed, leaves in good order, or is cut off for a while.</summary>
    public double Killed { get; init; }

    public double Left { get; init; }

    public double CutOff { get; init; }

    /// <summary>The chance that a control plane is killed at a message that it is about to send, or at answers that it has stored and not acknowledged.</summary>
    public double PlaneKilled { get; init; }

    /// <summary>The chance, each second, that somebody cancels a task.</summary>
    public double Cancelled { get; init; }

    public static TaskFaults From(Random random)
    {
        double Some(double most) => random.Next(3) == 0 ? 0 : random.NextDouble() * most;
        return new TaskFaults
        {
            Lost = Some(0.3),
            Doubled = Some(0.4),
            LongestDelaySeconds = random.Next(3) switch { 0 => 1, 1 => 10, _ => 60 },
            Failed = Some(0.4),
            Hung = Some(0.2),
            Killed = Some(0.01),
            Left = Some(0.005),
            CutOff = Some(0.01),
            PlaneKilled = Some(0.2),
            Cancelled = Some(0.05),
        };
    }
}
