namespace Theseus.Chaos.Tests;

/// <summary>One thing that goes wrong, for a while.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Begin">Does it.</param>
/// <param name="End">Undoes it.</param>
internal sealed record Disturbance(string Name, Func<Task> Begin, Func<Task> End)
{
    public static Disturbance Choose(ProcessFleet fleet, Random random)
    {
        var node = fleet.NodeNames[random.Next(fleet.NodeNames.Count)];
        var control = ProcessFleet.ControlPlanes[random.Next(ProcessFleet.ControlPlanes.Count)];
        return random.Next(8) switch
        {
            0 or 1 => Killed(node, "KILL"),
            2 or 3 => Killed(control, "KILL"),
            4 => Paused(control),
            // At once, without a clean end: it recovers from its log when it is started again.
            5 => Killed("postgres", "QUIT"),
            6 => Killed("rabbitmq", "KILL"),
            _ => Paused(random.Next(2) == 0 ? "rabbitmq" : "postgres"),
        };

        Disturbance Killed(string name, string signal) => new($"{name} is killed", () => fleet.SignalAsync(name, signal), fleet.StartMissingAsync);

        Disturbance Paused(string name) => new($"{name} stands still", () => fleet.SignalAsync(name, "STOP"), () => fleet.SignalAsync(name, "CONT"));
    }
}
