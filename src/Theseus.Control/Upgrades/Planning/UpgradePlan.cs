using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Theseus.Control.Upgrades;

/// <summary>
/// How an upgrade will go, as pure data: made once, shown before it runs, stored, and never changed. What is undone, and in
/// which order, follows from it: all nodes of the waves that were begun, at once, and on them the components that depend on
/// others before those.
/// </summary>
public sealed record UpgradePlan : IJsonOnDeserialized
{
    private TimeSpan _retireDeadline = StrategyParameters.DefaultRetireDeadline;

    /// <summary>The components' moves; what others depend on comes first.</summary>
    public required IReadOnlyList<UpgradeMove> Moves { get; init; }

    /// <summary>The strategy that shaped it.</summary>
    public required UpgradeStrategy Strategy { get; init; }

    /// <summary>The waves, in their order.</summary>
    public required IReadOnlyList<PlanWave> Waves { get; init; }

    /// <summary>What is done when a wave fails.</summary>
    public required FailureAction OnFailure { get; init; }

    /// <summary>What is done when a wave saw too little to be judged.</summary>
    public required InconclusiveWave WhenInconclusive { get; init; }

    /// <summary>By what its waves are judged.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WaveJudging Judging { get; init => field = value ?? WaveJudging.Default; } = WaveJudging.Default;

    /// <summary>How many of a wave's nodes may be lost before it fails.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Amount LostNodes { get; init; }

    /// <summary>Whether it waits for an approval before its first wave.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>How long making a release ready may take.</summary>
    public required TimeSpan PrepareDeadline { get; init; }

    /// <summary>How long sending calls to it may take.</summary>
    public required TimeSpan ActivateDeadline { get; init; }

    /// <summary>How long confirming may take, and going back.</summary>
    public required TimeSpan SettleDeadline { get; init; }

    /// <summary>How long, once it is confirmed everywhere, old generations may take to go; what is left by then is on the record.</summary>
    public TimeSpan RetireDeadline
    {
        get => _retireDeadline;
        init => _retireDeadline = value;
    }

    /// <summary>
    /// How long a node keeps a release on trial without a word from the control plane before it goes back by itself: as
    /// long as the whole plan may take, and a week more, for pauses.
    /// </summary>
    [JsonIgnore]
    public TimeSpan LongestTrial => Waves.Aggregate(TimeSpan.FromDays(7) + SettleDeadline, (sum, wave) => sum + PrepareDeadline + ActivateDeadline + ActivateDeadline + wave.Observe);

    /// <summary>A digest of all the above, in lower-case hexadecimal: what an approval is bound to. Computed anew each time.</summary>
    [JsonIgnore]
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(WithoutForecasts(), UpgradeJson.Default.UpgradePlan)));

    /// <summary>A component's move.</summary>
    /// <param name="component">The component, which has to be one of the plan's.</param>
    public UpgradeMove MoveOf(string component) => Moves.First(move => move.Component == component);

    // What is done does not hang on the traffic of a moment.
    private UpgradePlan WithoutForecasts() => Waves.All(wave => wave.Forecasts.Count == 0) ? this : this with { Waves = [.. Waves.Select(wave => wave with { Forecasts = [] })] };

    // The first records do not say it, and a reader takes that for zero, which no rule lets through.
    void IJsonOnDeserialized.OnDeserialized() => _retireDeadline = _retireDeadline == TimeSpan.Zero ? StrategyParameters.DefaultRetireDeadline : _retireDeadline;
}

/// <summary>A step of a plan: first its nodes are prepared, then calls are sent to the release, then it is watched and judged.</summary>
public sealed record PlanWave
{
    /// <summary>What it is, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The component that it moves.</summary>
    public required string Component { get; init; }

    /// <summary>The nodes on which the release is made ready.</summary>
    public required IReadOnlyList<string> Prepare { get; init; }

    /// <summary>The nodes that send calls to the release, and how many; none in a wave that only prepares.</summary>
    public required IReadOnlyList<PlanStep> Activate { get; init; }

    /// <summary>
    /// The nodes beside which it is judged: as many as send all their calls to the release, of those that serve with the one
    /// from before meanwhile. None where each node has both, or no node is left.
    /// </summary>
    public IReadOnlyList<string> Baseline { get; init => field = value ?? []; } = [];

    /// <summary>How long it would take to see a harm, as of when the plan was made; none where nothing is compared, or nothing was called. No part of the digest.</summary>
    public IReadOnlyList<HarmTime> Forecasts { get; init => field = value ?? []; } = [];

    /// <summary>All of its nodes.</summary>
    [JsonIgnore]
    public IEnumerable<string> Nodes => Prepare.Concat(Activate.Select(step => step.Node)).Distinct(StringComparer.Ordinal);

    /// <summary>How long it is watched.</summary>
    public required TimeSpan Observe { get; init; }

    /// <summary>How many calls the release has to have taken for a judgement.</summary>
    public required long MinimumCalls { get; init; }
}

/// <summary>What one node does in a wave.</summary>
/// <param name="Node">The node.</param>
/// <param name="Share">The share of calls that goes to the release.</param>
/// <param name="ShadowFraction">The share of calls that are copied to it.</param>
public sealed record PlanStep(string Node, double Share, double ShadowFraction = 0);

/// <summary>How long it would take to see a harm. Immutable.</summary>
/// <param name="Harm">The harm, in words.</param>
/// <param name="Calls">How many calls of both releases it takes in the mean, of the method that is called most; null where none would show it.</param>
/// <param name="Time">How long that is at the traffic of when the plan was made; null where that is not known.</param>
public sealed record HarmTime(string Harm, long? Calls, TimeSpan? Time);
