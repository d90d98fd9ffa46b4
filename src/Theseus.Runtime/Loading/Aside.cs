namespace Theseus.Runtime.Loading;

/// <summary>
/// Runs a component's code that is met while its generation is taken down: each piece on a thread of its own. Together
/// they are waited for until a limit; what has not returned by then is left behind, and is known to keep the generation
/// for as long as it has not. Used by one thread.
/// </summary>
/// <param name="handle">The generation.</param>
internal sealed class Aside(GenerationHandle handle)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    // Not by the host's clock: a thread waits here, which a clock that stands still would keep.
    private readonly long _begun = TimeProvider.System.GetTimestamp();

    /// <summary>Runs one piece, unless one of that name was run before and has not returned: the next look at what is left of a generation meets it again.</summary>
    /// <param name="what">Its name, as the subject of a sentence.</param>
    /// <param name="work">It.</param>
    /// <param name="failure">What it threw; null if nothing, and if it has not returned.</param>
    /// <returns>Whether it has run and returned.</returns>
    public bool TryRun(string what, Action work, out Exception? failure)
    {
        failure = null;
        var pin = new PinFinding(PinKind.RunningThread, $"{what} has not returned");
        if (!handle.TryAddPin(pin))
        {
            return false;
        }

        Exception? thrown = null;
        // Without the caller's execution context, in which async-local values of the component's would stay behind.
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                thrown = e;
            }
            finally
            {
                handle.RemovePin(pin);
            }
        })
        {
            IsBackground = true,
            Name = "Theseus takes a generation down",
        };
        thread.UnsafeStart();
        var left = s_limit - TimeProvider.System.GetElapsedTime(_begun);
        var hasReturned = thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        failure = hasReturned ? thrown : null;
        return hasReturned;
    }
}
