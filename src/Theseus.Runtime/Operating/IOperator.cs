namespace Theseus.Runtime.Operating;

/// <summary>What an operator may ask of a host. Thread-safe. An unknown component or generation throws <see cref="KeyNotFoundException"/>.</summary>
internal interface IOperator
{
    IReadOnlyList<ComponentStatus> GetStatus();

    IReadOnlyList<SwapRecord> GetHistory(string component, int newest);

    Task<SwapAnswer> StageAsync(string component, string version, CancellationToken cancellationToken);

    /// <param name="component">The component.</param>
    /// <param name="version">The release's version.</param>
    /// <param name="trial">What is to be other than configured, without faults.</param>
    /// <param name="cancellationToken">Takes the release back, unless it is confirmed already.</param>
    Task<SwapAnswer> SwapAsync(string component, string version, TrialChanges trial, CancellationToken cancellationToken);

    Task<SwapAnswer> RollbackAsync(string component, CancellationToken cancellationToken);

    Task<SwapAnswer> ConfirmAsync(string component, CancellationToken cancellationToken);

    Task<IReadOnlyList<PinFinding>> ExplainAsync(string component, int generation, bool walkHeap, CancellationToken cancellationToken);
}
