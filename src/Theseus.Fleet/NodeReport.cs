namespace Theseus.Fleet;

/// <summary>
/// All that a node has to say, as seen at one moment. Each report stands alone: a lost one is made good by the next, and of
/// two the one with the higher sequence counts. Immutable.
/// </summary>
public sealed record NodeReport
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>The node's process: another one after each start.</summary>
    public required string Incarnation { get; init; }

    /// <summary>
    /// The highest claim to the name that the process was told of (<see cref="NodeTaskKind.Join"/>); 0 for none yet. Only a
    /// process that was alive after the claim before was given can name the next one: what a dead one said may come late.
    /// </summary>
    public long Claim { get; init; }

    /// <summary>When the process started, by the node's clock. To be shown: clocks differ, so nothing is decided by it.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Counts the reports of one incarnation, from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>Where the node stands: nodes of one domain may fail together. Empty for none.</summary>
    public string FailureDomain { get; init; } = "";

    /// <summary>What the node is, for choosing it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Memory that components may use, in bytes; 0 for not told.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Processors.</summary>
    public int Processors { get; init; }

    /// <summary>The kinds of distributed tasks that it has handlers for.</summary>
    public IReadOnlyList<string> TaskKinds { get; init; } = [];

    /// <summary>How many distributed tasks it carries out at once; 0 for none at all.</summary>
    public int TaskSlots { get; init; }

    /// <summary>How often it reports when nothing happens: a node is suspected by its own measure. Zero for not told.</summary>
    public TimeSpan Heartbeat { get; init; }

    /// <summary>What its process is like, and has used; null where nobody looks.</summary>
    public ProcessMetrics? Process { get; init; }

    /// <summary>Whether it is the last one of its process, which is ending: later upgrades are planned without the node until it is back.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Its components.</summary>
    public required IReadOnlyList<ComponentReport> Components { get; init; }
}

/// <summary>One component on one node.</summary>
public sealed record ComponentReport
{
    /// <summary>The component's name.</summary>
    public required string Component { get; init; }

    /// <summary>The contract's full name.</summary>
    public required string Contract { get; init; }

    /// <summary>The simple name of the assembly that declares the contract.</summary>
    public string ContractAssembly { get; init; } = "";

    /// <summary>That assembly's version on the node, like <c>1.2.0</c>; empty for not told.</summary>
    public string ContractVersion { get; init; } = "";

    /// <summary>The release that a restart would begin with; null before the first has been confirmed.</summary>
    public ReleaseId? Confirmed { get; init; }

    /// <summary>The release that is ready and gets no calls; null for none.</summary>
    public ReleaseId? Staged { get; init; }

    /// <summary>The release on trial, and what is seen of it; null for none.</summary>
    public TrialReport? Trial { get; init; }

    /// <summary>The highest fence that the node has seen for the component.</summary>
    public long Fence { get; init; }

    /// <summary>What came of the newest tasks with that fence, the newest last.</summary>
    public IReadOnlyList<NodeTaskResult> Results { get; init; } = [];

    /// <summary>The states that the node keeps from before swaps, the newest first.</summary>
    public IReadOnlyList<KeptState> States { get; init; } = [];

    /// <summary>Old generations that have not gone, and why, in words.</summary>
    public IReadOnlyList<string> Lingering { get; init; } = [];

    /// <summary>What its generations' calls were like; none where nobody looks.</summary>
    public IReadOnlyList<GenerationCalls> Calls { get; init; } = [];

    /// <summary>What the instruments of its generations' own code came to; none where nobody looks.</summary>
    public IReadOnlyList<InstrumentReading> Instruments { get; init; } = [];

    /// <summary>What came of a task; null when the node has not ended it.</summary>
    /// <param name="task">The task's id.</param>
    public NodeTaskResult? ResultOf(string task)
    {
        for (var i = Results.Count - 1; i >= 0; i--)
        {
            if (Results[i].Task == task)
            {
                return Results[i];
            }
        }

        return null;
    }
}

/// <summary>A component's state that a node keeps, as it was handed over when a release was replaced.</summary>
/// <param name="Upgrade">The upgrade that replaced it; for a swap that was no upgrade's, the swap's own name.</param>
/// <param name="Release">The release whose state it is.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="TakenAt">When it was handed over, by the node's clock.</param>
public sealed record KeptState(string Upgrade, ReleaseId Release, long Bytes, DateTimeOffset TakenAt);

/// <summary>What a node sees of a release on trial.</summary>
public sealed record TrialReport
{
    /// <summary>The release.</summary>
    public required ReleaseId Release { get; init; }

    /// <summary>Its share of the calls, from 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>The share of calls that are copied to it, from 0 to 1.</summary>
    public double ShadowFraction { get; init; }

    /// <summary>How long it has been going on.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The calls that the release took.</summary>
    public required SideReport Candidate { get; init; }

    /// <summary>The calls that the stable release took meanwhile.</summary>
    public required SideReport Stable { get; init; }

    /// <summary>Calls that the release failed and the stable one answered, and copies that it failed or answered differently: failures that are the release's, proven.</summary>
    public long ProvenFailures { get; init; }

    /// <summary>Faults outside calls: in background work, or health checks that said no.</summary>
    public long Faults { get; init; }

    /// <summary>The first failures, in words.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>The calls that were copied to the release, by method; none where none are.</summary>
    public IReadOnlyList<ShadowedCalls> Shadowed { get; init => field = value ?? []; } = [];
}

/// <summary>The copies of one method's calls that a release on trial was given on one node.</summary>
/// <param name="Method">The method, with its parameter types.</param>
/// <param name="Compared">The copies that it answered and whose answers were compared with the stable release's.</param>
/// <param name="Different">How many of these it answered differently.</param>
/// <param name="Failed">The copies that it failed.</param>
/// <param name="Samples">The first few that differ or failed, in words.</param>
public sealed record ShadowedCalls(string Method, long Compared, long Different, long Failed, IReadOnlyList<string> Samples);

/// <summary>One side of a trial on one node.</summary>
/// <param name="Calls">The calls it took.</param>
/// <param name="Failures">How many of them failed, and the caller was told.</param>
/// <param name="MedianLatency">The median time of a call; zero without calls.</param>
/// <param name="P99Latency">The time that 99 % of the calls did not exceed; zero without calls.</param>
public sealed record SideReport(long Calls, long Failures, TimeSpan MedianLatency, TimeSpan P99Latency);
