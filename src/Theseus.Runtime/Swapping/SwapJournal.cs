using System.Collections.Concurrent;
using Theseus.Packaging;
using Theseus.Runtime.Memory;

namespace Theseus.Runtime.Swapping;

/// <summary>Writes swaps into the host's memory. Thread-safe.</summary>
internal sealed class SwapJournal(HostMemory memory, TimeProvider time) : ISwapJournal
{
    // The record of each swap that may still be added to: until its generation is gone.
    private readonly ConcurrentDictionary<string, SwapRecord> _open = new();

    public async Task<string> BeginAsync(string component, Generation? from, VerifiedRelease to)
    {
        var record = new SwapRecord
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("n"),
            Component = component,
            From = from is null ? null : Name(from.Release),
            To = Name(to),
            StartedAt = time.GetUtcNow(),
            Step = nameof(SwapStep.Validate),
        };
        await memory.BeginSwapAsync(record, CancellationToken.None).ConfigureAwait(false);
        _open[record.Id] = record;
        return record.Id;
    }

    public Task StepAsync(string component, string id, SwapStep step) => memory.StepAsync(component, step.ToString(), CancellationToken.None);

    public Task ConfirmAsync(string component, VerifiedRelease release) => memory.ConfirmAsync(component, Name(release), CancellationToken.None);

    public async Task EndAsync(SwapResult result)
    {
        if (!_open.TryGetValue(result.Id!, out var begun))
        {
            return;
        }

        var record = begun with
        {
            EndedAt = time.GetUtcNow(),
            Step = result.Steps.Count > 0 ? result.Steps[^1].Step.ToString() : begun.Step,
            Outcome = result.Outcome.ToString(),
            Reason = result.Reason == SwapReason.None ? null : result.Reason.ToString(),
            Detail = result.Detail.Length == 0 ? null : result.Detail,
            Serves = result.Outcome == SwapOutcome.Completed ? begun.To : begun.From,
            Steps = [.. result.Steps.Select(step => new SwapStepDuration(step.Step.ToString(), step.Duration))],
            CriticalSection = result.CriticalSection > TimeSpan.Zero ? result.CriticalSection : null,
            StateBytes = result.StateBytes > 0 ? result.StateBytes : null,
            Notes = result.Notes,
            LostState = result.LostState,
        };
        _open[result.Id!] = record;
        await memory.EndSwapAsync(record, CancellationToken.None).ConfigureAwait(false);
        if (result.Retirement.IsCompletedSuccessfully && result.Retirement.Result is null)
        {
            _open.TryRemove(result.Id!, out _);
        }
    }

    public async Task NoteRetirementAsync(string component, string id, RetirementRecord retirement)
    {
        if (_open.TryGetValue(id, out var record))
        {
            if (retirement.IsGone)
            {
                _open.TryRemove(id, out _);
            }

            await memory.EndSwapAsync(
                record with
                {
                    Retired = new RetiredGeneration(
                        retirement.Generation,
                        retirement.Drain,
                        retirement.Stop,
                        retirement.Unload is { IsGone: true } gone ? gone.Elapsed : null,
                        retirement.IsGone ? [] : [retirement.Summary]),
                },
                CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static ReleaseRef Name(VerifiedRelease release) => new(release.Manifest.Version.ToNormalizedString(), release.Digest);
}
