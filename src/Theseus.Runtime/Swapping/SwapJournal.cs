using System.Collections.Concurrent;
using Theseus.Runtime.Memory;

namespace Theseus.Runtime.Swapping;

/// <summary>Writes swaps into the host's memory. Thread-safe.</summary>
internal sealed class SwapJournal(HostMemory memory, TimeProvider time) : ISwapJournal
{
    private const int LongestRefusal = 2000;

    // The record of each swap that may still be added to: until its generation is gone.
    private readonly ConcurrentDictionary<string, OpenRecord> _open = new();

    // The newest refusal of each component, unless a swap began since: who asks again and again is refused each time, but
    // does not push the records of swaps out of the history.
    private readonly ConcurrentDictionary<string, SwapRecord> _refused = new();
    private readonly SemaphoreSlim _notes = new(1, 1);

    public async Task<string> BeginAsync(string component, Generation? from, ReleaseRef to)
    {
        var record = new SwapRecord
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("n"),
            Component = component,
            From = from?.Ref,
            To = to,
            StartedAt = time.GetUtcNow(),
            Step = nameof(SwapStep.Validate),
        };
        await memory.BeginSwapAsync(record, CancellationToken.None).ConfigureAwait(false);
        _open[record.Id] = new(record);
        _refused.TryRemove(component, out _);
        return record.Id;
    }

    public Task StepAsync(string component, string id, SwapStep step) => memory.StepAsync(component, step.ToString(), CancellationToken.None);

    public Task ConfirmAsync(string component, ReleaseRef release) => memory.ConfirmAsync(component, release, CancellationToken.None);

    public async Task EndAsync(SwapResult result)
    {
        if (!_open.TryGetValue(result.Id!, out var open))
        {
            return;
        }

        var begun = open.Record;
        var record = begun with
        {
            EndedAt = time.GetUtcNow(),
            Step = result.Steps.Count > 0 ? result.Steps[^1].Step.ToString() : begun.Step,
            Outcome = result.Outcome.ToString(),
            Reason = result.Reason == SwapReason.None ? null : result.Reason.ToString(),
            Detail = result.Detail.Length == 0 ? null : result.Detail,
            Verdict = RecordedVerdict.Of(result.Verdict),
            Serves = result.Outcome == SwapOutcome.Completed ? begun.To : begun.From,
            Steps = Durations(result),
            CriticalSection = result.CriticalSection > TimeSpan.Zero ? result.CriticalSection : null,
            StateBytes = result.StateBytes > 0 ? result.StateBytes : null,
            Notes = result.Notes,
            LostState = result.LostState,
        };
        open.Record = record;
        open.ToBeGone = new[] { result.Retirement, result.OtherFormRetirement }.Count(static one => one is not { IsCompletedSuccessfully: true, Result: null });
        await memory.EndSwapAsync(record, CancellationToken.None).ConfigureAwait(false);
        if (open.ToBeGone == 0)
        {
            _open.TryRemove(result.Id!, out _);
        }
    }

    public async Task NoteRetirementAsync(string component, string id, RetirementRecord retirement, bool isOtherForm)
    {
        // One note at a time: each writes all that is known by then, so a later one must not be overtaken by an earlier.
        await _notes.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_open.TryGetValue(id, out var open))
            {
                return;
            }

            var retired = new RetiredGeneration(
                retirement.Generation,
                retirement.Drain,
                retirement.Stop,
                retirement.Unload is { IsGone: true } gone ? gone.Elapsed : null,
                retirement.IsGone ? [] : [retirement.Summary])
            {
                GoneAt = retirement.IsGone ? time.GetUtcNow() : null,
            };
            open.Record = isOtherForm ? open.Record with { OtherForm = retired } : open.Record with { Retired = retired };
            if (retirement.IsGone && --open.ToBeGone == 0)
            {
                _open.TryRemove(id, out _);
            }

            await memory.EndSwapAsync(open.Record, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _notes.Release();
        }
    }

    public async Task<string> RefuseAsync(SwapResult refused, Generation? serving, ReleaseRef to)
    {
        var now = time.GetUtcNow();
        var from = serving?.Ref;
        var record = new SwapRecord
        {
            Id = Guid.CreateVersion7(now).ToString("n"),
            Component = refused.Component,
            From = from,
            To = to,
            StartedAt = now,
            EndedAt = now,
            Step = nameof(SwapStep.Validate),
            Outcome = refused.Outcome.ToString(),
            Reason = refused.Reason.ToString(),
            Detail = refused.Detail.Length > LongestRefusal ? refused.Detail[..LongestRefusal] + "…" : refused.Detail,
            Serves = from,
            Steps = Durations(refused),
        };
        if (_refused.TryGetValue(refused.Component, out var last) && (last.To, last.From, last.Reason, last.Detail) == (record.To, record.From, record.Reason, record.Detail))
        {
            return last.Id;
        }

        await memory.EndSwapAsync(record, CancellationToken.None).ConfigureAwait(false);
        _refused[refused.Component] = record;
        return record.Id;
    }

    private static IReadOnlyList<SwapStepDuration> Durations(SwapResult result) => [.. result.Steps.Select(static step => new SwapStepDuration(step.Step.ToString(), step.Duration))];

    private sealed class OpenRecord(SwapRecord record)
    {
        public SwapRecord Record { get; set; } = record;

        /// <summary>How many of the generations that the swap left behind are not known to be gone.</summary>
        public int ToBeGone { get; set; }
    }
}
