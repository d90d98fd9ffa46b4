namespace Theseus.Control.Validation;

/// <summary>A rule that looks at what is at hand, and waits for nothing.</summary>
internal sealed class BuiltInRule(string id, IReadOnlyList<string> after, bool isBinding, Func<ValidationContext, IEnumerable<Finding>> check) : IUpgradeRule
{
    public string Id => id;

    public IReadOnlyList<string> After => after;

    public bool IsBinding => isBinding;

    public ValueTask<IReadOnlyList<Finding>> CheckAsync(ValidationContext context, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var finding in check(context))
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Add(finding);
        }

        return new(findings);
    }
}
