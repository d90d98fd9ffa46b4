using System.Net;
using System.Runtime.CompilerServices;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Tests;

/// <summary>A server that was disposed of leaves nothing of itself in memory, also where those who asked it for something live on.</summary>
public sealed class EndedLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task NothingHoldsAControlPlaneThatHasEnded()
    {
        await using var server = await RunningServer.StartAsync();
        var token = server.Server.FirstToken!.Text;
        var (plane, watching) = await EndOneAsync(server);

        await watching.WaitAsync(s_deadline);
        await GoneAsync(plane);

        // The channel, the loggers and the clients are still there, and another server is as well.
        Assert.Equal(HttpStatusCode.OK, (await server.Client(token).GetAsync("/api/v1/components")).StatusCode);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference Plane, Task Watching)> EndOneAsync(RunningServer server)
    {
        Assert.Equal(HttpStatusCode.OK, (await server.Admin.GetAsync("/api/v1/upgrades")).StatusCode);
        await using var events = await EventReader.OpenAsync(server.Admin, "/events");
        var plane = server.Server.ControlPlane;
        var watching = WatchAsync(plane.Upgrades.WatchAsync(null, default));
        await server.RestartAsync();
        return (new WeakReference(plane), watching);
    }

    /// <summary>Watches without an end of its own, as whoever forgets it would.</summary>
    private static async Task WatchAsync(IAsyncEnumerable<UpgradeRecord> changes)
    {
        await foreach (var _ in changes)
        {
        }
    }

    private static async Task GoneAsync(WeakReference plane)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (plane.IsAlive)
        {
            Assert.False(deadline.IsCancellationRequested, "Something holds the control plane.");
            // What is left on the stack of the thread that ended it is no holder: look from another one.
            await Task.Factory.StartNew(
                () =>
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
    }
}
