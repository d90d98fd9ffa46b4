using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>Stops a process, looks for what holds a generation, and lets the process go on.</summary>
internal static class Walker
{
    private const int MostOfAKind = 3;
    private const int MostAttempts = 8;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Walks. A process that happens to be stopped in the middle of a collection is let go and stopped again a little later, a few times.</summary>
    public static async Task<WalkResult> WalkAsync(WalkRequest request, TimeProvider time)
    {
        var pause = s_firstPause;
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            if (TryWalk(request) is { } result)
            {
                return result;
            }

            await Task.Delay(pause, time).ConfigureAwait(false);
            pause *= 2;
        }

        return WalkResult.Failed($"{MostAttempts} times the process was stopped in the middle of a collection; ask again when it collects less");
    }

    /// <summary>Null when the process was stopped in the middle of a collection, when its heap cannot be read.</summary>
    private static WalkResult? TryWalk(WalkRequest request)
    {
        using var attached = DataTarget.AttachToProcess(request.ProcessId, suspend: true);
        // The process stands still, so what was read once stays true.
        using var target = new DataTarget(new CustomDataTarget(new PageReader(attached.DataReader)));
        if (target.ClrVersions is not [var version, ..])
        {
            return WalkResult.Failed("there is no .NET runtime in the process");
        }

        using var runtime = version.CreateRuntime();
        if (!runtime.Heap.CanWalkHeap)
        {
            return null;
        }

        if (Generation.Find(runtime, request) is not { } generation)
        {
            return WalkResult.Failed($"there is no load context '{request.LoadContext}'");
        }

        var search = new HolderSearch(runtime, generation);
        var wording = new Wording(runtime, generation);
        var paths = search.Find();
        var findings = RunningThreads.Find(runtime, generation, search.Threads)
            .Concat(paths.Select(wording.Describe))
            .Distinct()
            // Of one kind, the first few say it all: a container that has resolved a type holds it in ten ways.
            .GroupBy(f => f.Kind)
            .SelectMany(kind => kind.Take(MostOfAKind))
            .ToList();
        return new WalkResult(findings, search.Objects, null);
    }
}
