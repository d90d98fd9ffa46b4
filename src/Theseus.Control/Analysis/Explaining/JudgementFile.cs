using System.Text.Json;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>All that an upgrade was judged by, to be kept as a file and judged again. Immutable.</summary>
public sealed record JudgementFile
{
    /// <summary>The form that is written here.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The largest file that is read, in bytes.</summary>
    public const int LargestBytes = 256 << 20;

    /// <summary>The form: <see cref="CurrentFormat"/>.</summary>
    public int Format { get; init; }

    /// <summary>The upgrade's id.</summary>
    public required string Upgrade { get; init; }

    /// <summary>Where it stood when this was written.</summary>
    public required UpgradeState State { get; init; }

    /// <summary>Its plan, with what its waves were judged by.</summary>
    public required UpgradePlan Plan { get; init; }

    /// <summary>The waves' last verdicts.</summary>
    public required IReadOnlyList<WaveVerdict> Verdicts { get; init; }

    /// <summary>The calls that were compared, in the order in which they were taken in.</summary>
    public required IReadOnlyList<CallEvidence> Evidence { get; init; }

    /// <summary>Makes one of what is stored.</summary>
    /// <param name="upgrade">The upgrade.</param>
    /// <param name="entries">Its evidence, by number.</param>
    /// <returns>Null for an upgrade that has no plan yet, or none at all.</returns>
    public static JudgementFile? Of(UpgradeRecord upgrade, IReadOnlyList<EvidenceEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        return upgrade.Plan is null ? null : new()
        {
            Format = CurrentFormat,
            Upgrade = upgrade.Id,
            State = upgrade.State,
            Plan = upgrade.Plan,
            Verdicts = upgrade.Verdicts,
            Evidence = [.. entries.Select(entry => JsonSerializer.Deserialize(entry.Body, EvidenceJson.Default.CallEvidence)!)],
        };
    }

    /// <summary>Reads one.</summary>
    /// <param name="json">What the file says.</param>
    /// <exception cref="FormatException">It is no such file, or of a later form; the message says what to do.</exception>
    public static JudgementFile Read(ReadOnlySpan<byte> json)
    {
        JudgementFile? read;
        try
        {
            read = JsonSerializer.Deserialize(json, UpgradeJson.Default.JudgementFile);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NotSupportedException or FormatException or ArgumentException or OverflowException)
        {
            throw new FormatException($"It is no file of a judgement: {failure.Message} Write one with 'theseus upgrade explain ID --save FILE'.", failure);
        }

        return read switch
        {
            null => throw new FormatException("It is no file of a judgement: there is nothing in it. Write one with 'theseus upgrade explain ID --save FILE'."),
            { Format: not CurrentFormat } => throw new FormatException($"It has the form {read.Format}, and {CurrentFormat} is read here. Read it with the release of Theseus that wrote it."),
            _ => FaultOf(read) is { } fault ? throw new FormatException($"It is no file of a judgement: {fault} Write it anew.") : read,
        };
    }

    // A reader leaves null where nothing is said, and what is said need not fit together.
    private static string? FaultOf(JudgementFile file) =>
        file is { Plan: null } or { Plan.Waves: null } or { Plan.Moves: null } or { Verdicts: null } or { Evidence: null } ? "a part is missing."
        : file.Plan.Judging.Metrics?.Any(metric => metric?.Name is null || metric.Of is null) == true ? "a metric is missing."
        : file.Plan.Waves.Any(wave => wave is null || wave.Activate is null || file.Plan.Moves.All(move => move?.Component != wave.Component)) ? "a wave moves a component that the plan does not."
        : file.Evidence.FirstOrDefault(one => one is null || one.Wave < 0 || one.Wave >= file.Plan.Waves.Count || one.Component != file.Plan.Waves[one.Wave].Component || one.Methods is null || one.Methods.Values.Any(IsBroken) || IsBroken(one.Metrics)) is { } odd ? $"evidence for wave {odd.Wave + 1} does not fit the plan."
        : null;

    private static bool IsBroken(IReadOnlyDictionary<string, SeenMetric>? metrics) =>
        metrics is not null && metrics.Values.Any(one => one is null || one.Pairs.Concat(one.Before ?? []).Any(pair => pair is null));

    private static bool IsBroken(BothSides sides) => sides is null || IsBroken(sides.Candidate) || IsBroken(sides.Baseline);

    private static bool IsBroken(SideCalls side) => side is null || side.Latency is null || side.Failures < 0 || side.Untimed < 0 || side.Failures > 1L << 50 || side.Untimed > 1L << 50 || side.Latency.Count > 1L << 50;
}
