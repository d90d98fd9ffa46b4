namespace Theseus.Runtime.Swapping;

/// <summary>Times the steps of one swap and tells of them. Used by one swap at a time.</summary>
internal sealed class SwapSteps(string component, IProgress<SwapProgress>? progress, TimeProvider time, Func<SwapStep, Task>? remember = null, StepTiming? before = null)
{
    private readonly List<StepTiming> _timings = before is null ? [] : [before];

    public IReadOnlyList<StepTiming> Timings => [.. _timings];

    /// <summary>The step that was begun last.</summary>
    public SwapStep Current { get; private set; }

    public async Task<T> RunAsync<T>(SwapStep step, Func<Task<T>> work)
    {
        Current = step;
        if (remember is not null)
        {
            await remember(step).ConfigureAwait(false);
        }

        progress?.Report(new(component, step, IsEnd: false));
        var begun = time.GetTimestamp();
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _timings.Add(new(step, time.GetElapsedTime(begun)));
            progress?.Report(new(component, step, IsEnd: true));
        }
    }

    public Task RunAsync(SwapStep step, Func<Task> work) =>
        RunAsync(
            step,
            async () =>
            {
                await work().ConfigureAwait(false);
                return true;
            });
}
