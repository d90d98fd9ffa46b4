using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>A place where releases come from. Thread-safe.</summary>
public interface IReleaseFeed
{
    /// <summary>What the feed is called in messages: a folder's path, or an address without credentials.</summary>
    string Name { get; }

    /// <summary>Lists a component's releases.</summary>
    /// <param name="component">The component's name.</param>
    /// <param name="packageId">The package identifier under which feeds that know nothing of components have it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FeedException">The feed could not be asked.</exception>
    Task<FeedListing> ListAsync(string component, string packageId, CancellationToken cancellationToken);

    /// <summary>Opens a release's package, for reading from its beginning.</summary>
    /// <param name="release">A release of this feed's listing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FeedException">The package could not be had.</exception>
    Task<Stream> OpenAsync(FeedRelease release, CancellationToken cancellationToken);
}

/// <summary>A feed that can also tell what components it has. Thread-safe.</summary>
public interface IBrowsableFeed : IReleaseFeed
{
    /// <summary>Lists every release of every component.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FeedException">The feed could not be asked.</exception>
    Task<FeedListing> ListAllAsync(CancellationToken cancellationToken);
}

/// <summary>A release that a feed has, as far as the feed knows; its package has not been verified. Immutable.</summary>
/// <param name="Component">The component's name.</param>
/// <param name="PackageId">The package's identifier.</param>
/// <param name="Version">The release's version.</param>
/// <param name="Location">Where its package lies: a file's path, or an address.</param>
public sealed record FeedRelease(string Component, string PackageId, NuGetVersion Version, string Location)
{
    /// <summary>When the feed got it, in UTC; null where the feed does not tell.</summary>
    public DateTimeOffset? Published { get; init; }
}

/// <summary>What a feed has of a component. Immutable.</summary>
/// <param name="Releases">The releases, in no order.</param>
/// <param name="Problems">What was found and could not be used, in words: damaged packages, say.</param>
public sealed record FeedListing(IReadOnlyList<FeedRelease> Releases, IReadOnlyList<string> Problems)
{
    /// <summary>The same as the problems, for programs.</summary>
    public IReadOnlyList<FeedFault> Faults { get; init; } = [];

    internal static FeedListing Of(IReadOnlyList<FeedRelease> releases, IReadOnlyList<FeedFault> faults) =>
        new(releases, [.. faults.Select(f => f.ToString())]) { Faults = faults };
}

/// <summary>A feed could not be asked, or a package could not be had. The message names the feed and says what is wrong.</summary>
public sealed class FeedException : Exception
{
    /// <summary>Tells a failure in words alone.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public FeedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Tells a fault.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public FeedException(FeedFault fault, Exception? innerException = null)
        : base(fault?.ToString(), innerException) => Fault = fault;

    /// <summary>What is wrong, for programs; null where it was told in words alone.</summary>
    public FeedFault? Fault { get; }
}
