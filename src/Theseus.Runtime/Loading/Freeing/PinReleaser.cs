using System.Runtime.CompilerServices;

namespace Theseus.Runtime.Loading;

/// <summary>Frees what keeps a stopped generation, as far as that is possible without its help.</summary>
internal static class PinReleaser
{
    /// <summary>Ends what would still call the generation's code. Touches nothing of anybody else's.</summary>
    public static IReadOnlyList<PinFinding> EndWhatRuns(GenerationHandle handle) =>
        Free(handle, StaticEventHandlers.Free, ForgottenTimers.Free, owner => ForgottenListeners.Free(owner, new Aside(handle)));

    /// <summary>Empties the caches that keep types; the host's own entries go with them.</summary>
    public static void ClearCaches(GenerationHandle handle) => Free(handle, ReflectionCaches.Free);

    // Not inlined, so that no reference to the code stays in the caller's frame.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<PinFinding> Free(GenerationHandle handle, params ReadOnlySpan<Func<CodeOwner, IEnumerable<PinFinding>>> steps)
    {
        var freed = new List<PinFinding>();
        if (handle.TryGetCode() is not { } code)
        {
            return freed;
        }

        var owner = new CodeOwner(code);
        foreach (var step in steps)
        {
            try
            {
                freed.AddRange(step(owner));
            }
            catch (Exception)
            {
                // It reads state that changes under it and whose form is nobody's promise. What could not be freed is
                // still there, and is named.
            }
        }

        return freed;
    }
}
