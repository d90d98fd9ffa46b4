using Theseus.Control.Monitoring;

namespace Theseus.Acceptance.Tests;

/// <summary>Acceptance scenarios of alerts, under the names that they were accepted by.</summary>
public sealed class AlertScenarios
{
    [Fact]
    public async Task PerformanceMonitorRaisesAndClearsAnAlert()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, configure: options =>
        {
            options.Monitor.Interval = TimeSpan.FromMilliseconds(200);
            options.Monitor.Rules.Add(new AlertRule
            {
                Name = "markdown-fails",
                Metric = "component.failures",
                Subject = "markdown",
                Window = TimeSpan.FromSeconds(1),
                Threshold = 0.3,
                ClearThreshold = 0.05,
                RaiseAfter = TimeSpan.FromMilliseconds(400),
                ClearAfter = TimeSpan.FromMilliseconds(400),
                Severity = AlertSeverity.Critical,
            });
        });
        using var deadline = new CancellationTokenSource(Fleet.Deadline);
        await using var changes = fleet.Plane.Monitor.WatchAlertsAsync(deadline.Token).GetAsyncEnumerator();
        var next = changes.MoveNextAsync();

        await using (var bad = new Mixed(fleet, failuresOfTen: 6))
        {
            Assert.True(await next);
        }

        var raised = changes.Current;
        Assert.Equal(("markdown-fails", "markdown", AlertState.Raised), (raised.Rule, raised.Subject, raised.State));
        Assert.InRange(raised.Value!.Value, 0.3, 1);
        next = changes.MoveNextAsync();

        // In the band between the thresholds it stays as it is, for many looks.
        await using (var between = new Mixed(fleet, failuresOfTen: 2))
        {
            await between.MoreAsync(300);
            Assert.False(next.IsCompleted);
            Assert.Equal(AlertState.Raised, fleet.Plane.Monitor.FindAlert(raised.Id)!.State);
        }

        await using (var good = new Mixed(fleet, failuresOfTen: 0))
        {
            Assert.True(await next);
        }

        var cleared = changes.Current;
        Assert.Equal((raised.Id, AlertState.Cleared), (cleared.Id, cleared.State));
        Assert.True(cleared.ClearedAt > raised.RaisedAt);
        Assert.Equal(["markdown-fails"], fleet.Plane.Monitor.Alerts.Select(alert => alert.Rule));
        Assert.NotEmpty(fleet.Plane.Monitor.Read(new SeriesId("node.processor", "node1"), TimeSpan.FromMinutes(1)));
        Assert.NotEmpty(fleet.Plane.Monitor.Read(new SeriesId("component.p99", "markdown"), TimeSpan.FromMinutes(1)));
    }

    /// <summary>Calls of which so many in ten fail, on all nodes, until it is disposed of.</summary>
    private sealed class Mixed : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _calling;
        private int _calls;

        public Mixed(Fleet fleet, int failuresOfTen) => _calling = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                foreach (var renderer in fleet.Renderers)
                {
                    try
                    {
                        renderer.Render(_calls % 10 < failuresOfTen ? null! : "# One");
                    }
                    catch (ArgumentNullException)
                    {
                    }
                }

                Interlocked.Increment(ref _calls);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        });

        public async Task MoreAsync(int calls)
        {
            for (var until = Volatile.Read(ref _calls) + calls; Volatile.Read(ref _calls) < until;)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _calling.WaitAsync(Fleet.Deadline);
            _stop.Dispose();
        }
    }
}
