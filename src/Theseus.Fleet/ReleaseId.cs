namespace Theseus.Fleet;

/// <summary>Names one release of a component beyond doubt. Immutable; equal by value.</summary>
/// <param name="Version">Its version, normalised as NuGet does.</param>
/// <param name="Digest">The digest of its package, in lower-case hexadecimal: what a node checks before it loads.</param>
public sealed record ReleaseId(string Version, string Digest)
{
    /// <inheritdoc/>
    public override string ToString() => Version;
}
