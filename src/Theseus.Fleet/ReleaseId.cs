namespace Theseus.Fleet;

/// <summary>Names one release of a component, with the settings that it is run with, beyond doubt. Immutable; equal by value.</summary>
/// <param name="Version">Its version, normalised as NuGet does.</param>
/// <param name="Digest">The digest of its package, in lower-case hexadecimal: what a node checks before it loads.</param>
public sealed record ReleaseId(string Version, string Digest)
{
    /// <summary>
    /// The settings that it is run with, over those of the host's own configuration: a JSON object of texts, its keys in
    /// ordinal order; empty for none. Part of what a release is: code and configuration go forward, and back, together.
    /// </summary>
    public string Settings
    {
        get;
        // Null is what a reader gives where older records say nothing; equality is by what is here.
        init => field = value ?? "";
    } = "";

    /// <inheritdoc/>
    public override string ToString() => Version;
}
