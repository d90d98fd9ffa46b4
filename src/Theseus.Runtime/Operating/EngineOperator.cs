namespace Theseus.Runtime.Operating;

/// <summary>Lets operators hold a host's engine.</summary>
/// <param name="engine">The engine.</param>
/// <param name="defaults">A component's own options for swaps.</param>
internal sealed class EngineOperator(HotSwapEngine engine, Func<string, SwapOptions> defaults) : IOperator
{
    public IReadOnlyList<ComponentStatus> GetStatus() =>
        [.. engine.Components.Order(StringComparer.Ordinal).Select(engine.GetStatus)];

    public IReadOnlyList<SwapRecord> GetHistory(string component, int newest) => engine.GetHistory(component, newest);

    public async Task<SwapAnswer> StageAsync(string component, string version, CancellationToken cancellationToken) =>
        Answer(await engine.StageAsync(component, version, null, cancellationToken).ConfigureAwait(false));

    public async Task<SwapAnswer> SwapAsync(string component, string version, TrialChanges trial, CancellationToken cancellationToken)
    {
        // An unknown component has no options of its own; the engine refuses it.
        var options = trial != default && engine.Components.Contains(component) ? defaults(component) : null;
        options = options is null ? null : options with { Trial = trial.Over(options.Trial) };
        return Answer(await engine.SwapAsync(component, version, options, cancellationToken).ConfigureAwait(false));
    }

    public async Task<SwapAnswer> RollbackAsync(string component, CancellationToken cancellationToken) =>
        Answer(await engine.RollbackAsync(component, cancellationToken).ConfigureAwait(false));

    public async Task<SwapAnswer> ConfirmAsync(string component, CancellationToken cancellationToken) =>
        Answer(await engine.ConfirmAsync(component, cancellationToken).ConfigureAwait(false));

    public Task<IReadOnlyList<PinFinding>> ExplainAsync(string component, int generation, bool walkHeap, CancellationToken cancellationToken) =>
        engine.ExplainAsync(component, generation, walkHeap, cancellationToken);

    private static SwapAnswer Answer(SwapResult result) => new()
    {
        Component = result.Component,
        Outcome = result.Outcome,
        Reason = result.Reason,
        Detail = result.Detail,
        From = result.From,
        To = result.To,
        Id = result.Id,
        Steps = result.Steps,
        CriticalSection = result.CriticalSection,
        StateBytes = result.StateBytes,
        Notes = result.Notes,
        LostState = result.LostState,
        Verdict = result.Verdict?.Kind,
        VerdictDetail = result.Verdict is { } verdict ? $"{verdict.Rule}: {verdict.Detail}" : null,
        Evidence = result.Verdict?.Evidence,
    };
}
