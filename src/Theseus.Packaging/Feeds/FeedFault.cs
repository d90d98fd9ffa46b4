namespace Theseus.Packaging;

/// <summary>Why a feed could not give something. Immutable.</summary>
/// <param name="Code">What kind of fault it is.</param>
/// <param name="Place">The file or address; credentials are never part of it.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="PackageFaults">The faults of a damaged package; otherwise empty.</param>
public sealed record FeedFault(FeedFaultCode Code, string Place, string Message, IReadOnlyList<PackageFault> PackageFaults)
{
    internal FeedFault(FeedFaultCode code, string place, string message)
        : this(code, place, message, [])
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Code} at {Place}: {Message}";
}

/// <summary>The kinds of faults of a feed. The numbers are stable.</summary>
public enum FeedFaultCode
{
    /// <summary>The feed has no such folder, package or address.</summary>
    NotFound = 300,

    /// <summary>A package in the feed is damaged.</summary>
    PackageDamaged = 301,

    /// <summary>Two packages claim to be the same release and differ.</summary>
    ReleaseAmbiguous = 302,

    /// <summary>The feed could not be reached, or failed, in every try.</summary>
    Unavailable = 303,

    /// <summary>The feed asks for other credentials.</summary>
    Unauthorized = 304,

    /// <summary>The feed asked to be left alone for longer than the deadline allows.</summary>
    Throttled = 305,

    /// <summary>The deadline passed.</summary>
    TimedOut = 306,

    /// <summary>The feed's answer is larger than the limit.</summary>
    TooLarge = 307,

    /// <summary>The feed's answer is not what the NuGet protocol says.</summary>
    ProtocolViolated = 308,

    /// <summary>The feed leads to an address that is not encrypted.</summary>
    Insecure = 309,
}
