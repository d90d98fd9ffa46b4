namespace Theseus.Control;

/// <summary>What a validation came to. Immutable.</summary>
/// <param name="Level">Which findings stop the upgrade.</param>
/// <param name="Findings">Everything that was found: by rule, in the order of the rules; of one rule errors first, then by place and message.</param>
/// <param name="Target">The release, as it was opened.</param>
/// <param name="Step">The judgement of the step by what the releases declare; null without a release.</param>
public sealed record ValidationReport(ValidationLevel Level, IReadOnlyList<Finding> Findings, ReleaseLookup Target, VersionStep? Step)
{
    /// <summary>The findings that stop the upgrade at this level.</summary>
    public IReadOnlyList<Finding> Stopping => [.. Findings.Where(one => Stops(one, Level))];

    /// <summary>Whether nothing stops it.</summary>
    public bool IsAllowed => !Findings.Any(one => Stops(one, Level));

    /// <summary>Whether it cannot be taken back once calls have changed the state; false without a release.</summary>
    public bool IsIrreversible => Step is { IsReversible: false };

    /// <summary>Whether a finding stops an upgrade at a level.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="level">The level.</param>
    public static bool Stops(Finding finding, ValidationLevel level)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return level switch
        {
            ValidationLevel.Strict => finding.Severity != FindingSeverity.Pass,
            ValidationLevel.Normal => finding.Severity == FindingSeverity.Error,
            ValidationLevel.Permissive => finding is { Severity: FindingSeverity.Error, IsBinding: true },
            _ => throw new ArgumentOutOfRangeException(nameof(level), level, "It is not a level."),
        };
    }
}
