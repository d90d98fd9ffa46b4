namespace Theseus.Packaging;

/// <summary>One reason why a package is refused. Immutable.</summary>
/// <param name="Code">What kind of fault it is.</param>
/// <param name="Place">Where: the package, an entry's name, or a member of the manifest such as <c>theseus.json: contract.range</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record PackageFault(FaultCode Code, string Place, string Message, string Mend)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code} at {Place}: {Message} {Mend}";
}
