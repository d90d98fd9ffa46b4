using Theseus.Packaging;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Makes a slot serve that does not: at the host's start, or later, when the release of its start was bad. There is
/// nothing to go back to, so there is no trial, and no need to be unloadable unless asked for.
/// </summary>
/// <param name="slot">The slot's parts.</param>
/// <param name="release">The release.</param>
/// <param name="settings">The settings that it is run with; null for none.</param>
/// <param name="options">Options.</param>
/// <param name="swap">The identifier under which the swap is on record; null at the host's start, which is none.</param>
/// <param name="validated">The swap's first step; null at the host's start.</param>
internal sealed class FirstRelease(SlotParts slot, VerifiedRelease release, string? settings, SwapOptions options, string? swap, StepTiming? validated)
{
    private readonly SwapSteps _steps = new(
        slot.Setup.Component,
        options.Progress,
        slot.Setup.Time,
        step => swap is null ? Task.CompletedTask : slot.Journal.StepAsync(slot.Setup.Component, swap, step),
        validated);

    private Generation? _loaded;

    /// <summary>Loads, readies and remembers the release, and publishes it.</summary>
    /// <exception cref="SwapFailedException">It could not be made ready.</exception>
    public async Task<Generation> ServeAsync(CancellationToken cancellationToken)
    {
        var collectible = (options.Loading ?? slot.Setup.Loading) == LoadingMode.Collectible;
        var first = await slot.Candidates.PrepareAsync(release, settings, collectible, options, _steps, recorder: null, loaded => _loaded = loaded, cancellationToken).ConfigureAwait(false);
        try
        {
            await _steps.RunAsync(SwapStep.Confirm, () => slot.Journal.ConfirmAsync(slot.Setup.Component, first.Ref)).ConfigureAwait(false);
        }
        catch
        {
            _ = slot.Retirements.Begin(first, options.Deadlines);
            throw;
        }

        slot.Slot.Publish(new SoleRoute(first.Leases));
        first.State = GenerationState.Serving;
        return first;
    }

    /// <summary>The same, as a swap from nothing. Never throws.</summary>
    public async Task<(SwapResult Result, Generation? Serving)> ReviveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var serving = await ServeAsync(cancellationToken).ConfigureAwait(false);
            return (Result(SwapOutcome.Completed, SwapReason.None, ""), serving);
        }
        catch (Exception failure)
        {
            var (reason, detail) = SwapFailedException.Explain(failure);
            var retirement = _loaded is null ? Task.FromResult<RetirementRecord?>(null) : slot.Retirements.Begin(_loaded, options.Deadlines);
            return (Result(SwapOutcome.Failed, reason, detail) with { Retirement = retirement }, null);
        }
    }

    private SwapResult Result(SwapOutcome outcome, SwapReason reason, string detail) => new()
    {
        Component = slot.Setup.Component,
        Id = swap,
        Outcome = outcome,
        Reason = reason,
        Detail = detail,
        From = null,
        To = release.Manifest.Version.ToNormalizedString(),
        Steps = _steps.Timings,
    };
}
