namespace Theseus.Control;

/// <summary>How much a finding weighs.</summary>
public enum FindingSeverity
{
    /// <summary>It was checked and is all right.</summary>
    Pass,

    /// <summary>It may go wrong, or could not be checked.</summary>
    Warning,

    /// <summary>It will go wrong, or is not allowed.</summary>
    Error,
}

/// <summary>One thing that a rule found. Immutable.</summary>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Rule">The rule's id; filled in by the validator.</param>
/// <param name="Place">Where: a file of the package, a member of the manifest, a node, a component. Empty for the upgrade as a whole.</param>
/// <param name="Message">What was found, in words.</param>
/// <param name="Mend">What to do about it; empty where there is nothing to do.</param>
public sealed record Finding(FindingSeverity Severity, string Rule, string Place, string Message, string Mend)
{
    /// <summary>Whether it stops an upgrade at every level, if it is an error. It is the rule's <see cref="IUpgradeRule.IsBinding"/>; filled in by the validator.</summary>
    public bool IsBinding { get; init; }

    /// <summary>Whether it says no more than that the rule was not asked, because one before it had found an error; filled in by the validator.</summary>
    public bool IsConsequence { get; init; }

    /// <summary>Something that is all right.</summary>
    /// <param name="place">Where.</param>
    /// <param name="message">What was checked.</param>
    public static Finding Pass(string place, string message) => new(FindingSeverity.Pass, "", place, message, "");

    /// <summary>Something that may go wrong.</summary>
    /// <param name="place">Where.</param>
    /// <param name="message">What was found.</param>
    /// <param name="mend">What to do about it.</param>
    public static Finding Warning(string place, string message, string mend) => new(FindingSeverity.Warning, "", place, message, mend);

    /// <summary>Something that will go wrong, or is not allowed.</summary>
    /// <param name="place">Where.</param>
    /// <param name="message">What was found.</param>
    /// <param name="mend">What to do about it.</param>
    public static Finding Error(string place, string message, string mend) => new(FindingSeverity.Error, "", place, message, mend);

    /// <inheritdoc/>
    public override string ToString() => $"{Severity} {Rule}{(Place.Length > 0 ? $" at {Place}" : "")}: {Message}{(Mend.Length > 0 ? $" {Mend}" : "")}";
}

/// <summary>Which findings stop an upgrade.</summary>
public enum ValidationLevel
{
    /// <summary>Errors and warnings.</summary>
    Strict,

    /// <summary>Errors. The ordinary level.</summary>
    Normal,

    /// <summary>
    /// Only errors of binding rules: those of which a host would refuse the release in any case, or without which
    /// something unverified would run.
    /// </summary>
    Permissive,
}
