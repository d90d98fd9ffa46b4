namespace Theseus.Control.Distribution;

/// <summary>When a node is no longer counted on. Set before the control plane starts; not thread-safe.</summary>
/// <remarks>With the defaults, and nodes' default heartbeat of 2 s, a node that dies is suspected after 5 s, and lost after 8 s and a look.</remarks>
public sealed class MembershipOptions
{
    /// <summary>The heartbeat of nodes that do not tell theirs; from 0.5 s to 1 minute. Default: 2 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After how many of its heartbeats without a report a node is suspected; above 1. Default: 2.5.</summary>
    public double SuspectAfter { get; set; } = 2.5;

    /// <summary>After how many of its heartbeats without a report a node is lost; above <see cref="SuspectAfter"/>, and at most 1000. Default: 4.</summary>
    public double LostAfter { get; set; } = 4;

    /// <summary>
    /// How long no node is called lost while there are several and none is heard of: it is rather the way to them that is
    /// broken. At least 1 s. Default: 30 s.
    /// </summary>
    public TimeSpan LongestDoubt { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time between two looks at who was heard of; above zero, and at most 10 s. Default: 0.5 s.</summary>
    public TimeSpan Look { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The time between two looks at what other control planes on the same database decided; at least 1 s. Default: 5 s.</summary>
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>All that is wrong with them; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Require(Heartbeat >= NodeLiveness.Shortest && Heartbeat <= NodeLiveness.Longest, $"{nameof(Heartbeat)} has to lie between 0.5 s and 1 minute; it is {Heartbeat}.");
        Require(SuspectAfter > 1, $"{nameof(SuspectAfter)} has to be above 1 heartbeat; it is {SuspectAfter}.");
        Require(LostAfter > SuspectAfter && LostAfter <= 1000, $"{nameof(LostAfter)} has to be above {nameof(SuspectAfter)}, and at most 1000 heartbeats; it is {LostAfter}.");
        Require(LongestDoubt >= TimeSpan.FromSeconds(1), $"{nameof(LongestDoubt)} has to be at least 1 s; it is {LongestDoubt}.");
        Require(Look > TimeSpan.Zero && Look <= TimeSpan.FromSeconds(10), $"{nameof(Look)} has to be above 0 and at most 10 s; it is {Look}.");
        Require(Refresh >= TimeSpan.FromSeconds(1), $"{nameof(Refresh)} has to be at least 1 s; it is {Refresh}.");
        return faults;

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                faults.Add(otherwise);
            }
        }
    }
}
