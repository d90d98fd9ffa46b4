using System.Text.Json;
using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>
/// A NuGet v3 feed over HTTP: its service index and its flat container (resource <c>PackageBaseAddress/3.0.0</c>).
/// Addresses must be encrypted, loopback ones excepted. Thread-safe.
/// </summary>
/// <remarks>Whatever goes wrong on the way is told by a <see cref="FeedException"/> with its <see cref="FeedException.Fault"/>.</remarks>
public sealed class NuGetFeed : IReleaseFeed, IDisposable
{
    private const string FlatContainer = "PackageBaseAddress/3.0.0";
    private const long MaxIndexBytes = 16 << 20;
    private readonly Uri _serviceIndex;
    private readonly NuGetFeedOptions _options;
    private readonly TimeProvider _time;
    private readonly FeedRequest _request;
    private readonly HttpClient? _ownClient;
    private volatile Uri? _flatContainer;

    /// <summary>Makes a feed; nothing is requested yet.</summary>
    /// <param name="serviceIndex">The address of its service index, <c>https://…/v3/index.json</c>.</param>
    /// <param name="time">The clock; the system's if null.</param>
    /// <param name="options">How it behaves; the defaults if null.</param>
    /// <param name="http">The client to use, which is not disposed; if null, one of the feed's own.</param>
    /// <exception cref="ArgumentException">The address is not encrypted.</exception>
    public NuGetFeed(Uri serviceIndex, TimeProvider? time = null, NuGetFeedOptions? options = null, HttpClient? http = null)
    {
        ArgumentNullException.ThrowIfNull(serviceIndex);
        if (!FeedAddress.IsSecure(serviceIndex))
            throw new ArgumentException("A feed's address must begin with 'https://', unless it is this machine's own.", nameof(serviceIndex));
        _serviceIndex = serviceIndex;
        _options = options ?? new();
        _time = time ?? TimeProvider.System;
        _ownClient = http is null ? MakeClient() : null;
        _request = new(http ?? _ownClient!, _options, _time);
    }

    /// <inheritdoc/>
    public string Name => FeedAddress.Shown(_serviceIndex);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The package's id is none.</exception>
    public async Task<FeedListing> ListAsync(string component, string packageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        var id = CheckId(packageId);
        using var deadline = new FeedDeadline(_options.OverallTimeout, _time);
        var container = await FindContainerAsync(deadline, cancellationToken).ConfigureAwait(false);
        var address = new Uri(container, $"{id.ToLowerInvariant()}/index.json");
        using var body = new MemoryStream();
        var fault = await _request.GetAsync(address, body, MaxIndexBytes, deadline, cancellationToken).ConfigureAwait(false);
        return fault switch
        {
            null => ReadVersions(component, id, container, address, body),
            // No package of that id: nothing to choose from, and nothing wrong with the feed.
            { Code: FeedFaultCode.NotFound } => FeedListing.Of([], [fault]),
            _ => throw new FeedException(fault),
        };
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(FeedRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        using var deadline = new FeedDeadline(_options.OverallTimeout, _time);
        var container = await FindContainerAsync(deadline, cancellationToken).ConfigureAwait(false);
        // Whole before anybody sees it, so that a try that broke off can be made again.
        var file = TemporaryFile.Create(Path.GetTempPath());
        try
        {
            var address = PackageAddress(container, CheckId(release.PackageId), release.Version);
            if (await _request.GetAsync(address, file, _options.Limits.MaxPackageBytes, deadline, cancellationToken).ConfigureAwait(false) is { } fault)
                throw new FeedException(fault);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Disposes the feed's own client, if it has one.</summary>
    public void Dispose() => _ownClient?.Dispose();

    // Redirects are followed one by one, so that each address can be looked at; time-outs are the feed's own.
    private static HttpClient MakeClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private async ValueTask<Uri> FindContainerAsync(FeedDeadline deadline, CancellationToken cancellationToken)
    {
        if (_flatContainer is { } known)
            return known;
        using var body = new MemoryStream();
        if (await _request.GetAsync(_serviceIndex, body, MaxIndexBytes, deadline, cancellationToken).ConfigureAwait(false) is { } fault)
            throw new FeedException(fault);
        if (ContainerOf(body) is not { } text || !Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var container) || container.Scheme is not ("http" or "https"))
            throw new FeedException(new FeedFault(FeedFaultCode.ProtocolViolated, Name, $"It is not a service index with a '{FlatContainer}'."));
        if (!FeedAddress.IsSecure(container))
            throw new FeedException(new FeedFault(FeedFaultCode.Insecure, Name, $"Its packages are at '{FeedAddress.Shown(container)}', which is not encrypted."));
        _flatContainer = container;
        return container;
    }

    private static string? ContainerOf(MemoryStream body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.ToArray());
            foreach (var resource in document.RootElement.GetProperty("resources").EnumerateArray())
            {
                if (HasType(resource.GetProperty("@type")))
                    return resource.GetProperty("@id").GetString();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
        }

        return null;
    }

    private static bool HasType(JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(HasType)
        : type.ValueKind == JsonValueKind.String && type.GetString() == FlatContainer;

    private static FeedListing ReadVersions(string component, string id, Uri container, Uri address, MemoryStream body)
    {
        var place = FeedAddress.Shown(address);
        var releases = new List<FeedRelease>();
        var faults = new List<FeedFault>();
        try
        {
            using var document = JsonDocument.Parse(body.ToArray());
            foreach (var item in document.RootElement.GetProperty("versions").EnumerateArray())
            {
                if (NuGetVersion.TryParse(item.GetString(), out var version))
                    releases.Add(new(component, id, version, FeedAddress.Shown(PackageAddress(container, id, version))));
                else
                    faults.Add(new(FeedFaultCode.ProtocolViolated, place, $"'{item.GetString()}' is not a version."));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            faults.Add(new(FeedFaultCode.ProtocolViolated, place, "It is not a list of versions."));
        }

        return FeedListing.Of([.. releases.OrderBy(r => r.Version)], faults);
    }

    private static Uri PackageAddress(Uri container, string packageId, NuGetVersion version)
    {
        var (id, number) = (packageId.ToLowerInvariant(), version.ToNormalizedString().ToLowerInvariant());
        return new(container, $"{id}/{number}/{id}.{number}.nupkg");
    }

    private static string CheckId(string packageId)
    {
        ArgumentNullException.ThrowIfNull(packageId);
        return FeedAddress.IsPackageId(packageId) ? packageId : throw new ArgumentException($"'{packageId}' is not a package's id.", nameof(packageId));
    }
}
