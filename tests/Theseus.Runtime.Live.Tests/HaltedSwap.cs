namespace Theseus.Runtime.Live.Tests;

/// <summary>A swap of a scene's ring, asked for by somebody else than its node, that stands still where a step begins until it is let go on.</summary>
internal sealed class HaltedSwap : IDisposable
{
    private readonly ManualResetEventSlim _goOn = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HaltedSwap(NodeScene scene, string version, SwapStep step)
    {
        var steps = new Steps
        {
            At = (at, isEnd) =>
            {
                if (at == step && !isEnd)
                {
                    _reached.SetResult();
                    _goOn.Wait(LiveHost.Deadline);
                }
            },
        };
        Swap = Task.Run(() => scene.Host.Engine.SwapAsync(scene.Ring, version, LiveHost.Quick with { Progress = steps }));
    }

    public Task<SwapResult> Swap { get; }

    public Task IsReachedAsync() => _reached.Task.WaitAsync(LiveHost.Deadline);

    public void GoOn() => _goOn.Set();

    public void Dispose() => _goOn.Set();
}
