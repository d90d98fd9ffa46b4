namespace Theseus.Packaging;

/// <summary>One reason why a project cannot be packed as a component. Immutable.</summary>
/// <param name="Code">The code, <c>THS3001</c> for instance; <c>docs/reference/packaging.md</c> describes each.</param>
/// <param name="Message">What is wrong, and the mend.</param>
public sealed record SealFault(string Code, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Message}";
}
