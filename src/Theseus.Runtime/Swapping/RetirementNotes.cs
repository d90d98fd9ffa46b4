using Microsoft.Extensions.Logging;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Adds to the records of a slot's swaps how their generations were retired, until they are gone or the host stops.
/// Thread-safe.
/// </summary>
internal sealed partial class RetirementNotes(SlotSetup setup, Retirements retirements, ISwapJournal journal)
{
    private readonly OwnedTasks _tasks = new(setup.Time);

    /// <summary>Begins to take notes for a swap that is on record.</summary>
    public void Begin(SwapResult result)
    {
        _tasks.Begin(stopping => NoteAsync(result.Id!, result.Retirement, isOtherForm: false, stopping));
        _tasks.Begin(stopping => NoteAsync(result.Id!, result.OtherFormRetirement, isOtherForm: true, stopping));
    }

    /// <summary>Waits until what is known by now has been noted; what happens later is not.</summary>
    public Task StopAsync(TimeSpan deadline) => _tasks.StopAsync(deadline);

    private async Task NoteAsync(string id, Task<RetirementRecord?> retirement, bool isOtherForm, CancellationToken stopping)
    {
        try
        {
            var record = await retirement.WaitAsync(stopping).ConfigureAwait(false);
            var generation = retirements.Known().FirstOrDefault(one => one.Number == record?.Generation);
            for (var isLate = false; record is not null; isLate = true)
            {
                await journal.NoteRetirementAsync(setup.Component, id, record, isOtherForm).ConfigureAwait(false);
                if (isLate && record.IsGone)
                {
                    LogGoneLate(setup.Logger, setup.Component, record.Version, record.Summary);
                }

                // Of one that lingers there is more to tell some day, unless the host stops before.
                record = record.IsGone || generation is null ? null : await generation.RetirementAfterAsync(record).WaitAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (ObjectDisposedException)
        {
            // The host has let its folder go: another may write there by now.
        }
        catch (Exception failure)
        {
            // The boundary of a background task: the record stays as it is.
            LogNotRecorded(setup.Logger, setup.Component, failure);
        }
    }

    [LoggerMessage(1206, LogLevel.Information, "Component '{Component}' {Version}, which lingered: {Summary}")]
    private static partial void LogGoneLate(ILogger logger, string component, string version, string summary);

    [LoggerMessage(1208, LogLevel.Error, "Component '{Component}': how a generation was retired could not be added to its swap's record")]
    private static partial void LogNotRecorded(ILogger logger, string component, Exception failure);
}
