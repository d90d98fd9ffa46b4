namespace Theseus.Control.Distribution;

/// <summary>What a node's silence means. Pure.</summary>
internal static class NodeLiveness
{
    /// <summary>The shortest heartbeat that counts: below it, a pause of the control plane itself would look like nodes that die.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest heartbeat that counts: a node that says a longer one is still missed in time.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Tells where a node stands that has not said that it leaves.</summary>
    /// <param name="heartbeat">Its own measure; zero for not told.</param>
    /// <param name="silence">How long it was not heard of, by the control plane's monotonic clock.</param>
    /// <param name="options">The limits.</param>
    public static NodeState Of(TimeSpan heartbeat, TimeSpan silence, MembershipOptions options)
    {
        var measure = heartbeat <= TimeSpan.Zero ? options.Heartbeat : heartbeat < Shortest ? Shortest : heartbeat > Longest ? Longest : heartbeat;
        return silence >= measure * options.LostAfter ? NodeState.Lost : silence >= measure * options.SuspectAfter ? NodeState.Suspect : NodeState.Alive;
    }
}
