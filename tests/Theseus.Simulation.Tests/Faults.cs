namespace Theseus.Simulation.Tests;

/// <summary>What goes wrong in one simulated world, and how often.</summary>
internal sealed class Faults
{
    public double Lost { get; set; }

    public double Doubled { get; set; }

    public int LongestDelayMilliseconds { get; set; }

    public double Preparing { get; set; }

    public double Activating { get; set; }

    public double Confirming { get; set; }

    public double Reverting { get; set; }

    public bool BadRelease { get; set; }

    /// <summary>The chance, each second, that a node is killed; it is started again some time after.</summary>
    public double NodeKilled { get; set; }

    /// <summary>How many seconds a killed node is away, on average.</summary>
    public int SecondsAway { get; set; }

    /// <summary>The chance, each second, that the control plane is killed, and started again at once.</summary>
    public double ControlKilled { get; set; }

    /// <summary>The chance, each second, that a trial is lost by a node's own rules.</summary>
    public double TrialLost { get; set; }

    /// <summary>The chance, each second, that an operator gives an order.</summary>
    public double Order { get; set; }

    /// <summary>A world's faults, from none at all to many.</summary>
    public static Faults From(Random random)
    {
        double Some(double most) => random.Next(3) == 0 ? 0 : random.NextDouble() * most;
        return new Faults
        {
            Lost = Some(0.4),
            Doubled = Some(0.4),
            LongestDelayMilliseconds = random.Next(4) switch { 0 => 1, 1 => 100, 2 => 5_000, _ => 60_000 },
            Preparing = random.Next(4) == 0 ? 0.05 : 0,
            Activating = random.Next(4) == 0 ? 0.05 : 0,
            Confirming = random.Next(6) == 0 ? 0.1 : 0,
            Reverting = random.Next(4) == 0 ? 0.3 : 0,
            BadRelease = random.Next(5) == 0,
            NodeKilled = Some(0.01),
            SecondsAway = random.Next(8) == 0 ? 2_000 : 20,
            ControlKilled = Some(0.02),
            TrialLost = random.Next(6) == 0 ? 0.002 : 0,
            Order = Some(0.01),
        };
    }

    /// <summary>Messages that come a minute late, to nodes that were started anew meanwhile, while the upgrade turns around.</summary>
    public Faults Rough()
    {
        (Lost, Doubled, LongestDelayMilliseconds, NodeKilled, SecondsAway, Order) = (0.1, 0.4, 60_000, 0.03, 4, 0.03);
        return this;
    }

    /// <summary>From now on nothing goes wrong any more; what is under way still may.</summary>
    public void Heal()
    {
        (Lost, Doubled, LongestDelayMilliseconds, SecondsAway) = (0, 0, 10, 20);
        (Preparing, Activating, Confirming, Reverting, NodeKilled, ControlKilled, TrialLost, Order) = (0, 0, 0, 0, 0, 0, 0, 0);
    }
}
