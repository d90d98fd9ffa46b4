using System.Text.Json.Serialization;

namespace Theseus.Control.Upgrades;

/// <summary>What shapes a plan, for each strategy in a type of its own. Immutable; the defaults are for production.</summary>
public abstract record StrategyParameters : IJsonOnDeserialized
{
    /// <summary>Of the first records, which do not say it.</summary>
    internal static readonly TimeSpan DefaultRetireDeadline = TimeSpan.FromMinutes(2);

    private TimeSpan _retireDeadline = DefaultRetireDeadline;

    /// <summary>The strategy that these are of.</summary>
    public abstract UpgradeStrategy Strategy { get; }

    /// <summary>How long each wave is watched before the next, at least. Default 1 minute.</summary>
    public TimeSpan Observe { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many calls the new release has to have taken for a wave to pass; fewer are inconclusive. Default 0.</summary>
    public long MinimumCalls { get; init; }

    /// <summary>What a wave without enough calls leads to. Default: pause, for someone to decide.</summary>
    public InconclusiveWave WhenInconclusive { get; init; } = InconclusiveWave.Pause;

    /// <summary>How long making a release ready may take on a node. Default 5 minutes.</summary>
    public TimeSpan PrepareDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long sending calls to it may take on a node. Default 1 minute.</summary>
    public TimeSpan ActivateDeadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long confirming may take, and going back. Default 5 minutes.</summary>
    public TimeSpan SettleDeadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long, once it is confirmed on all nodes, the upgrade waits for old generations to go: calls and streams that are
    /// inside them, and their unloading. What is left by then stays on the upgrade's record, with what keeps it. Default 2 minutes.
    /// </summary>
    public TimeSpan RetireDeadline
    {
        get => _retireDeadline;
        init => _retireDeadline = value;
    }

    /// <summary>
    /// How many of a wave's nodes may be lost, or have left, while they have the release or are to have it: a number, or a
    /// share, rounded down. One more, and the wave fails at once. Within it the wave goes on without them, and they are brought
    /// in when they return. Default: none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Amount LostNodes { get; init; }

    /// <summary>The share of calls that a first wave copies to the new release, without any caller getting its answers; from 0, the default, for no such wave, to 1.</summary>
    public double ShadowFraction { get; init; }

    /// <summary>By what the waves are judged.</summary>
    public WaveJudging Judging { get; init => field = value ?? WaveJudging.Default; } = WaveJudging.Default;

    // The first records do not say it, and a reader takes that for zero, which no rule lets through.
    void IJsonOnDeserialized.OnDeserialized() => _retireDeadline = _retireDeadline == TimeSpan.Zero ? DefaultRetireDeadline : _retireDeadline;
}

/// <summary>What a wave leads to when it saw too little to be judged.</summary>
public enum InconclusiveWave
{
    /// <summary>The upgrade pauses.</summary>
    Pause,

    /// <summary>The upgrade goes on.</summary>
    GoOn,

    /// <summary>The upgrade goes back.</summary>
    RollBack,
}

/// <summary>For <see cref="UpgradeStrategy.Immediate"/>.</summary>
public sealed record ImmediateParameters : StrategyParameters
{
    /// <inheritdoc/>
    public override UpgradeStrategy Strategy => UpgradeStrategy.Immediate;
}

/// <summary>For <see cref="UpgradeStrategy.Rolling"/>.</summary>
public sealed record RollingParameters : StrategyParameters
{
    /// <inheritdoc/>
    public override UpgradeStrategy Strategy => UpgradeStrategy.Rolling;

    /// <summary>How many nodes each wave takes. Default 25%.</summary>
    public Amount Batch { get; init; } = Amount.Percent(25);

    /// <summary>Whether a wave's nodes all stand in one failure domain, so that a bad release meets one domain at a time. Default true.</summary>
    public bool ByFailureDomain { get; init; } = true;
}

/// <summary>For <see cref="UpgradeStrategy.BlueGreen"/>.</summary>
public sealed record BlueGreenParameters : StrategyParameters
{
    /// <inheritdoc/>
    public override UpgradeStrategy Strategy => UpgradeStrategy.BlueGreen;

    /// <summary>
    /// How long the old release stays warm after the switch, of several components after the last one's; until then going
    /// back is one switch. Default 10 minutes.
    /// </summary>
    public TimeSpan WarmFor { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>For <see cref="UpgradeStrategy.Canary"/>.</summary>
public sealed record CanaryParameters : StrategyParameters
{
    /// <inheritdoc/>
    public override UpgradeStrategy Strategy => UpgradeStrategy.Canary;

    /// <summary>How many nodes go first. Default 1.</summary>
    public Amount Nodes { get; init; } = Amount.Nodes(1);

    /// <summary>The new release's share of the calls on those nodes, above 0 and up to 1, the default. Below 1 only without state that moves.</summary>
    public double Share { get; init; } = 1;
}

/// <summary>For <see cref="UpgradeStrategy.Gradual"/>.</summary>
public sealed record GradualParameters : StrategyParameters
{
    /// <inheritdoc/>
    public override UpgradeStrategy Strategy => UpgradeStrategy.Gradual;

    /// <summary>The new release's shares of the calls, rising, each above 0 and the last 1. Default 0.01, 0.1, 0.5, 1.</summary>
    public IReadOnlyList<double> Steps { get; init; } = [0.01, 0.1, 0.5, 1];
}
