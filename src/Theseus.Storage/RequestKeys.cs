using System.Text.Json;
using Theseus.Control.Upgrades;

namespace Theseus.Storage;

/// <summary>Under one key an asker begins one upgrade. The same for every database.</summary>
internal static class RequestKeys
{
    /// <summary>What a request is found by; null when it has no key. Two askers' keys have nothing to do with each other.</summary>
    public static string? Of(UpgradeRequest request) => request.Key is { } key ? $"{request.RequestedBy}\n{key}" : null;

    /// <summary>The upgrade that was found under a request's key, if the request is the same.</summary>
    /// <exception cref="UpgradeConflictException">It is another one.</exception>
    public static UpgradeRecord Check(UpgradeRecord known, UpgradeRequest request) => Write(known.Request) == Write(request)
        ? known
        : throw new UpgradeConflictException($"The key '{request.Key}' was given to another request, which began the upgrade {known.Id}. Take a new key for a new request.", known.Id, isKeyReused: true);

    private static string Write(UpgradeRequest request) => JsonSerializer.Serialize(request, UpgradeJson.Default.UpgradeRequest);
}
