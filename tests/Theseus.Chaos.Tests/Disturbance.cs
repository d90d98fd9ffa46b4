namespace Theseus.Chaos.Tests;

/// <summary>One thing that goes wrong, for a while.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Begin">Does it.</param>
/// <param name="End">Undoes it.</param>
internal sealed record Disturbance(string Name, Func<Task> Begin, Func<Task> End)
{
    /// <summary>Kills the control plane that drives the upgrade, and starts it again only when another has taken the upgrade over.</summary>
    public const string KillTheDriver = "kill the driver";

    private static readonly string[] s_kinds =
        ["kill a node", KillTheDriver, "kill postgres", "kill rabbitmq", "pause a node", "pause a control plane", "pause postgres", "pause rabbitmq", "kill a node", "kill a control plane"];

    /// <summary>How many runs in a row have each kind of disturbance at least once.</summary>
    public const int Round = 5;

    /// <summary>What goes wrong in a run: two of the kinds that its round deals out, and up to two more. First what has to come while the upgrade goes on.</summary>
    /// <param name="seed">The run's seed, from 1.</param>
    public static IReadOnlyList<string> KindsOf(int seed)
    {
        var (round, place) = Math.DivRem(seed - 1, Round);
        var dealt = (string[])s_kinds.Clone();
        new Random(-1 - round).Shuffle(dealt);
        var more = new Random(seed);
        IEnumerable<string> kinds = [.. dealt.Skip(place * s_kinds.Length / Round).Take(s_kinds.Length / Round), .. Enumerable.Range(0, more.Next(3)).Select(_ => s_kinds[more.Next(s_kinds.Length)])];
        return [.. kinds.OrderByDescending(kind => kind == KillTheDriver)];
    }

    /// <summary>Makes one of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="random">Chooses whom it is done to.</param>
    /// <param name="driver">The control plane that drives now; null where none does.</param>
    public static Disturbance Of(string kind, ProcessFleet fleet, Random random, string? driver)
    {
        var node = fleet.NodeNames[random.Next(fleet.NodeNames.Count)];
        var control = ProcessFleet.ControlPlanes[random.Next(ProcessFleet.ControlPlanes.Count)];
        return kind switch
        {
            "kill a node" => Killed(node, "KILL"),
            "kill a control plane" => Killed(control, "KILL"),
            KillTheDriver => Killed(driver ?? control, "KILL"),
            // At once, without a clean end: it recovers from its log when it is started again.
            "kill postgres" => Killed("postgres", "QUIT"),
            "kill rabbitmq" => Killed("rabbitmq", "KILL"),
            "pause a node" => Paused(node),
            // Its links are as good as cut, and when it goes on it knows nothing of that.
            "pause a control plane" => Paused(driver ?? control),
            "pause postgres" => Paused("postgres"),
            "pause rabbitmq" => Paused("rabbitmq"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind."),
        };

        Disturbance Killed(string name, string signal) => new($"{name} is killed", () => fleet.SignalAsync(name, signal), fleet.StartMissingAsync);

        Disturbance Paused(string name) => new($"{name} stands still", () => fleet.SignalAsync(name, "STOP"), () => fleet.SignalAsync(name, "CONT"));
    }
}
