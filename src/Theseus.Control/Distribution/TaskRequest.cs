using System.Text.Json.Serialization;
using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>What becomes of a task that only certain nodes could do, when all of them are gone.</summary>
public enum WhenNodesAreGone
{
    /// <summary>It waits for one of them to come back, until it expires.</summary>
    Wait,

    /// <summary>It ends as a dead letter that names them.</summary>
    End,
}

/// <summary>Where a task may be done. Immutable.</summary>
public sealed record TaskPlacement
{
    /// <summary>The names of the nodes that may do it; empty for any. At most 100.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>The labels that a node has to have to do it; empty for none. At most 20.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The name of the tasks that are to be spread over failure domains together with it; empty for no such wish. At most 100 characters.</summary>
    public string SpreadGroup { get; init; } = "";

    /// <summary>What becomes of it when all of <see cref="Nodes"/> are gone. Default: it waits.</summary>
    public WhenNodesAreGone WhenGone { get; init; }
}

/// <summary>How long to wait before the next attempt: a random time up to a bound that doubles with each failure ('full jitter'). Immutable.</summary>
/// <param name="First">The bound after the first failure; zero for no wait at all.</param>
/// <param name="Longest">The highest bound.</param>
public sealed record TaskBackoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>Up to a second, and up to a minute at most.</summary>
    public static TaskBackoff Default { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    /// <summary>The wait after a failure.</summary>
    /// <param name="failures">How many there were, from 1.</param>
    /// <param name="random">Where chance comes from.</param>
    internal TimeSpan After(int failures, Random random)
    {
        // 2^30 seconds are longer than any bound.
        var bound = Math.Min(First.Ticks * Math.Pow(2, Math.Min(failures - 1, 30)), Longest.Ticks);
        return TimeSpan.FromTicks((long)(bound * random.NextDouble()));
    }
}

/// <summary>Asks for a task to be done by some node. Immutable.</summary>
public sealed record TaskRequest
{
    /// <summary>What to do: the name under which nodes have a handler. 1 to 100 of letters, digits and <c>. _ - / :</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What the handler is given, in its own form; at most <see cref="Assignment.LargestPayload"/> characters. Default: empty.</summary>
    public string Payload { get; init; } = "";

    /// <summary>Where it may be done. Default: on any node that has a handler.</summary>
    public TaskPlacement Placement { get; init; } = new();

    /// <summary>Higher ones are begun first, from -1000 to 1000. Default: 0.</summary>
    public int Priority { get; init; }

    /// <summary>How long one attempt may take on its node, up to a day. Default: a minute.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After how long it is not begun any more, up to 30 days. An attempt that runs then may still succeed. Default: an hour.</summary>
    public TimeSpan ExpiresAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many attempts may fail, from 1 to 100: then it is a dead letter. Default: 5.</summary>
    public int MostAttempts { get; init; } = 5;

    /// <summary>The wait between attempts. Default: <see cref="TaskBackoff.Default"/>.</summary>
    public TaskBackoff Backoff { get; init; } = TaskBackoff.Default;

    /// <summary>Who asks: a person's or a program's name.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Names the request, for who may have to ask twice: the same key from the same asker is the same task. At most 200 characters. Null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Which of how many that were asked for under one key, like <c>2/3</c>; null for a task that was asked for alone.</summary>
    public string? Part { get; init; }

    /// <summary>Whether only certain nodes may do it.</summary>
    [JsonIgnore]
    public bool IsBound => Placement.Nodes.Count > 0;
}
