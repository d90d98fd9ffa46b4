using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>Stops a process, looks for what holds a generation, and lets the process go on.</summary>
internal static class Walker
{
    private const int MostOfAKind = 3;

    public static WalkResult Walk(WalkRequest request)
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
            return WalkResult.Failed("the process was stopped in the middle of a collection");
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
