using Theseus.Demo.Load;
using Theseus.Demo.Screen;

namespace Theseus.Demo.Acts;

/// <summary>Shows the load's figures several times a second.</summary>
internal sealed class LoadWatch : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(250);

    private readonly ITimer _timer;

    public LoadWatch(LoadRecording recording, OpenLoopLoad load, IScreen screen, TimeProvider time) => _timer = time.CreateTimer(
        _ =>
        {
            var (requests, failed) = recording.Totals;
            screen.Load(requests, failed, load.Pending);
        },
        state: null,
        s_period,
        s_period);

    public void Dispose() => _timer.Dispose();
}
