using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>The threads that are inside the generation's code.</summary>
internal static class RunningThreads
{
    private const int MostFrames = 200;

    public static IEnumerable<WalkFinding> Find(ClrRuntime runtime, Generation generation, IReadOnlyList<ClrObject> objects)
    {
        foreach (var thread in runtime.Threads)
        {
            var frames = thread.EnumerateStackTrace().Take(MostFrames).ToList();
            // The outermost frame is where the thread was sent to; the innermost says what it waits for.
            if (frames.FindLast(f => generation.Owns(f.Method)) is { Method: { } method })
            {
                var inside = frames.Find(f => f.Method is not null)?.Method?.Signature;
                yield return new WalkFinding("RunningThread",
                    $"thread {thread.ManagedThreadId}{NameOf(objects, thread)} runs {Wording.Short(method)}, and is in {inside ?? "native code"}");
            }
        }
    }

    private static string NameOf(IReadOnlyList<ClrObject> objects, ClrThread thread) =>
        objects.FirstOrDefault(o => o.TryReadField<int>("_managedThreadId", out var id) && id == thread.ManagedThreadId)
            is { IsValid: true } found && found.TryReadObjectField("_name", out var name) && !name.IsNull && name.AsString() is { Length: > 0 } text
            ? $" '{text}'"
            : "";
}
