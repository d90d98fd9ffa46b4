using Microsoft.Extensions.Logging;

namespace Theseus.Runtime.Swapping;

/// <summary>One component's journal, whose faults are told and end nothing by themselves: what serves is settled by what serves.</summary>
internal sealed partial class GuardedJournal(string component, ISwapJournal journal, ILogger logger)
{
    /// <summary>Notes that a swap begins.</summary>
    /// <returns>Its identifier; null when the disk did not take it.</returns>
    public async Task<string?> TryBeginAsync(Generation? serving, ReleaseRef release)
    {
        try
        {
            return await journal.BeginAsync(component, serving, release).ConfigureAwait(false);
        }
        catch (Exception failure) when (IsOfMemory(failure))
        {
            LogNotRecorded(logger, component, failure);
            return null;
        }
    }

    /// <summary>
    /// Records a refusal that says something of a release. The others (busy, stopping, nothing to do, an unknown name) say
    /// something of the moment or of the asking, and are told to whoever asked alone.
    /// </summary>
    public async Task<SwapResult> RefuseAsync(SwapResult refused, Generation? serving, ReleaseRef to)
    {
        try
        {
            return refused with { Id = await journal.RefuseAsync(refused, serving, to).ConfigureAwait(false) };
        }
        catch (Exception failure) when (IsOfMemory(failure))
        {
            LogNotRecorded(logger, component, failure);
            return refused;
        }
    }

    /// <summary>Records how a swap ended.</summary>
    /// <returns>Whether the disk took it.</returns>
    public async Task<bool> TryEndAsync(SwapResult result)
    {
        try
        {
            await journal.EndAsync(result).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (IsOfMemory(failure))
        {
            LogNotRecorded(logger, component, failure);
            return false;
        }
    }

    private static bool IsOfMemory(Exception failure) => failure is IOException or UnauthorizedAccessException or HostMemoryException or ObjectDisposedException;

    [LoggerMessage(1204, LogLevel.Error, "Component '{Component}': the host's memory on disk could not be written")]
    private static partial void LogNotRecorded(ILogger logger, string component, Exception failure);
}
