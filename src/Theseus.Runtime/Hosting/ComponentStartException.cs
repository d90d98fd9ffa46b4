namespace Theseus.Runtime;

/// <summary>One or more components of a host could not be started.</summary>
/// <param name="problems">What is wrong, a sentence for each component.</param>
public sealed class ComponentStartException(IReadOnlyList<string> problems)
    : Exception($"{problems.Count} component(s) could not be started. {string.Join(" ", problems)}")
{
    /// <summary>What is wrong, a sentence for each component.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
