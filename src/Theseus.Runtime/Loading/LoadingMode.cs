namespace Theseus.Runtime;

/// <summary>How the code of a release is loaded: whether it can be unloaded, and what that costs.</summary>
public enum LoadingMode
{
    /// <summary>
    /// Collectible while the generation is on trial, so that a bad release leaves no trace; loaded again as resident once
    /// it is confirmed. The default.
    /// </summary>
    Probation,

    /// <summary>
    /// Unloads when the generation has ended. .NET compiles such code once, without tiers, without profile guidance and
    /// without precompiled code, so it runs slower: a quarter slower in a Markdown renderer.
    /// </summary>
    Collectible,

    /// <summary>As fast as code that is referenced statically. Its instances go, but its code stays until the process ends.</summary>
    Resident,
}
