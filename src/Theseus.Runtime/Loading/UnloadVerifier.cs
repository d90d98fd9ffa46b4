namespace Theseus.Runtime.Loading;

/// <summary>
/// Watches generations go, and helps: without a forced collection an idle process would keep them for ever. All that are
/// watched at one time share the collections. Thread-safe.
/// </summary>
/// <param name="time">The host's clock.</param>
internal sealed class UnloadVerifier(TimeProvider time)
{
    // Two collections are enough for a context that nothing holds; caches are emptied only for those that need more.
    private const int RoundsBeforeCaches = 3;

    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestCollection = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Task? _round;

    /// <summary>Waits until nothing is left of a generation.</summary>
    /// <param name="handle">The generation, whose unloading has begun.</param>
    /// <param name="deadline">How long to wait; greater than zero.</param>
    /// <param name="ct">Gives up the waiting.</param>
    /// <returns>
    /// Whether it has gone. If so, its pins are what had to be freed for it; if not, they are what is known to keep it.
    /// </returns>
    public async Task<UnloadReport> WaitUntilGoneAsync(GenerationHandle handle, TimeSpan deadline, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        var start = time.GetTimestamp();
        var freed = PinReleaser.EndWhatRuns(handle);
        var pause = _firstPause;
        for (var round = 1; !handle.IsGone; round++)
        {
            ct.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(start) >= deadline)
            {
                return Report(handle, isGone: false, start, WhatKeeps(handle));
            }

            if (round == RoundsBeforeCaches + 1)
            {
                PinReleaser.ClearCaches(handle);
            }

            await CollectAsync(pause).WaitAsync(ct).ConfigureAwait(false);
            pause = 2 * pause < _longestPause ? 2 * pause : _longestPause;
        }

        return Report(handle, isGone: true, start, freed);
    }

    private UnloadReport Report(GenerationHandle handle, bool isGone, long start, IReadOnlyList<PinFinding> pins) =>
        new(isGone, time.GetElapsedTime(start), pins) { CodeStays = !handle.IsCollectible };

    private static IReadOnlyList<PinFinding> WhatKeeps(GenerationHandle handle) => handle.KnownPins is { Count: > 0 } known
        ? known
        : [new PinFinding(PinKind.Unknown, "something that the host does not know of: a walk over its heap can name it")];

    private Task CollectAsync(TimeSpan pause)
    {
        lock (_lock)
        {
            return _round is { IsCompleted: false } running ? running : _round = RoundAsync(pause);
        }
    }

    private async Task RoundAsync(TimeSpan pause)
    {
        var before = LastCollection();
        // Forced, or the collector may decide that it is not worth while; in the background, since a blocking one would
        // stop the host's calls for as long as its heap is large.
        GC.Collect(2, GCCollectionMode.Forced, blocking: false);
        var start = time.GetTimestamp();
        do
        {
            await Task.Delay(pause, time).ConfigureAwait(false);
        }
        while (LastCollection() == before && time.GetElapsedTime(start) < _longestCollection);
    }

    // A large heap is collected for longer than any pause here, and asking again meanwhile asks for nothing. Where
    // background collection is switched off, the collections are the other kind.
    private static long LastCollection() =>
        Math.Max(GC.GetGCMemoryInfo(GCKind.Background).Index, GC.GetGCMemoryInfo(GCKind.FullBlocking).Index);
}
