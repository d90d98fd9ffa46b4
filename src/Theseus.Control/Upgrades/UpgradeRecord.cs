using System.Text.Json.Serialization;

namespace Theseus.Control.Upgrades;

/// <summary>Where a wave stands.</summary>
public enum WavePhase
{
    /// <summary>Its nodes make the release ready.</summary>
    Preparing,

    /// <summary>Its nodes send calls to the release.</summary>
    Activating,

    /// <summary>It is watched.</summary>
    Observing,

    /// <summary>After the last wave: it is confirmed on all nodes, and what is left of the release from before goes.</summary>
    Retiring,
}

/// <summary>
/// All that is remembered of one upgrade: what is wanted, never what nodes did; that they report themselves. Immutable;
/// each change is a new record with the next revision, stored with its audit record in one transaction.
/// </summary>
/// <remarks>
/// What came after the first version of the tables is missing in older records, and a reader gets null for it, whatever
/// the initializer says: so it is given its default as it is set.
/// </remarks>
public sealed record UpgradeRecord
{
    /// <summary>How many bits of a fence count the turns of one upgrade.</summary>
    private const int TurnBits = 20;

    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Its number among all upgrades, from 1, given when it is stored first.</summary>
    public long Number { get; init; }

    /// <summary>Counts its changes, from 1.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>The token of the lease that this change was made under; 0 for none. The store refuses a change under an older one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DrivenUnder { get; init; }

    /// <summary>What was asked for.</summary>
    public required UpgradeRequest Request { get; init; }

    /// <summary>The nodes that had one of its components when it was asked for: after a restart of the control plane they are given time to be heard of before it is checked.</summary>
    public IReadOnlyList<string> KnownNodes { get; init => field = value ?? []; } = [];

    /// <summary>The plan; null until it is made.</summary>
    public UpgradePlan? Plan { get; init; }

    /// <summary>Where it stands.</summary>
    public UpgradeState State { get; init; }

    /// <summary>The wave, from 0.</summary>
    public int Wave { get; init; }

    /// <summary>Where the wave stands.</summary>
    public WavePhase Phase { get; init; }

    /// <summary>Since when it stands there.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Counts how often it turned around or was taken over: what is sent to nodes before is void after.</summary>
    public long Turn { get; init; } = 1;

    /// <summary>Whether calls may have been sent to the release, on any node.</summary>
    public bool WasActivated { get; init; }

    /// <summary>While paused: where it goes on.</summary>
    public UpgradeState ResumesAs { get; init; }

    /// <summary>While rolling back: how it ends when all nodes are back.</summary>
    public UpgradeState EndsAs { get; init; }

    /// <summary>Who had it go back: <see cref="Audit.AuditEntry.System"/> when it did so by itself; empty while it did not.</summary>
    public string TakenBackBy { get; init => field = value ?? ""; } = "";

    /// <summary>Why it cannot go back once it is confirmed, in words; empty when it can.</summary>
    public string Irreversible { get; init => field = value ?? ""; } = "";

    /// <summary>Why it is where it is, in words; empty for the plain course of things.</summary>
    public string Detail { get; init; } = "";

    /// <summary>What was left of the release from before when it was completed, by node, and what keeps it, in words; empty for nothing.</summary>
    public IReadOnlyList<string> Lingering { get; init => field = value ?? []; } = [];

    /// <summary>
    /// The nodes that it goes on without since they are lost or have left, and at its end those that it ended without. When
    /// such a node is heard of after the end, it is told what the upgrade left.
    /// </summary>
    public IReadOnlyList<LeftOutNode> LeftOut { get => field ?? []; init; }

    /// <summary>The nodes that joined while it went on and get its release too, from when it is confirmed on those of its plan.</summary>
    public IReadOnlyList<JoinedNode> Joined { get => field ?? []; init; }

    /// <summary>While it goes back: whether nodes may have been told to confirm the release before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MayBeConfirmed { get; init; }

    /// <summary>What validation found, in words.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>The waves' last verdicts, in the waves' order.</summary>
    public IReadOnlyList<WaveVerdict> Verdicts { get; init; } = [];

    /// <summary>What tells the first span of its trace (<see cref="Fleet.UpgradeTraces"/>), as a W3C <c>traceparent</c>; null where nobody listened when it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The fence of the tasks that it sends now. Later upgrades have higher numbers, so theirs is higher too.</summary>
    [JsonIgnore]
    public long Fence => FenceOf(Turn);

    /// <summary>The fence under which nodes are told, after the end, what it left: above all that it sent itself.</summary>
    internal long FenceAfterEnd => FenceOf(Turn + 1);

    /// <summary>The fence of nodes that were told so, and are what they should be.</summary>
    internal long FenceWhenLevel => FenceOf(Turn + 2);

    private long FenceOf(long turn) => (Number << TurnBits) | Math.Min(turn, (1L << TurnBits) - 1);

    /// <summary>The lowest number whose fences are all above one that nodes have seen.</summary>
    internal static long NumberAbove(long fence) => (fence >> TurnBits) + 1;

    /// <summary>Whether it has ended.</summary>
    [JsonIgnore]
    public bool HasEnded => UpgradeStates.IsEnd(State);

    /// <summary>Whether nodes may be holding something of it.</summary>
    [JsonIgnore]
    public bool IsOnNodes => Plan is not null && State is UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Paused or UpgradeState.Confirming or UpgradeState.RollingBack;

    /// <summary>The wave that it is at.</summary>
    [JsonIgnore]
    public PlanWave CurrentWave => Plan!.Waves[Wave];
}
