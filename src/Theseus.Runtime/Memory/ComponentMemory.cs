namespace Theseus.Runtime.Memory;

/// <summary>What the host remembers of one component. Immutable.</summary>
/// <param name="Component">Its name.</param>
/// <param name="Confirmed">The release that serves after a restart; null while none was ever confirmed.</param>
/// <param name="Previous">The release that was confirmed before; null when there was none.</param>
/// <param name="Pending">The swap that has begun and not ended; null when there is none.</param>
internal sealed record ComponentMemory(string Component, ReleaseRef? Confirmed, ReleaseRef? Previous, PendingSwap? Pending);

/// <summary>A swap that has begun and not ended.</summary>
internal sealed record PendingSwap(string Id, ReleaseRef? From, ReleaseRef To, string Step, DateTimeOffset StartedAt);
