namespace Theseus.Control.Audit;

/// <summary>What is put on record of one change, in the transaction that makes it. Immutable.</summary>
/// <param name="At">When.</param>
/// <param name="Who">Who made it: a person's or a program's name, or <c>theseus</c> for the system itself.</param>
/// <param name="Subject">What was changed: an upgrade's id, or another thing's name.</param>
/// <param name="From">What it was before; empty for what did not exist.</param>
/// <param name="To">What it is now.</param>
/// <param name="Why">Why, in words.</param>
/// <param name="Evidence">What was looked at, in words; empty for nothing.</param>
public sealed record AuditEntry(DateTimeOffset At, string Who, string Subject, string From, string To, string Why, string Evidence = "")
{
    /// <summary>The name of the system itself.</summary>
    public const string System = "theseus";
}
