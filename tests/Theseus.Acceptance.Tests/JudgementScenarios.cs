using Theseus.Control.Upgrades;
using Theseus.Samples;

namespace Theseus.Acceptance.Tests;

/// <summary>What the calls of two releases beside each other lead to, on real hosts and under load.</summary>
public sealed class JudgementScenarios
{
    private static readonly CanaryParameters s_canary = new() { Observe = TimeSpan.FromMinutes(5), Judging = new() { WarmUp = TimeSpan.FromMilliseconds(500) } };


    // The nodes' own rule against a gross slowdown is out of the way, so that the judge has to see it.
    [Fact]
    public async Task AReleaseThatIsHealthyAndSlowIsTakenBackBeforeItsTimeIsOver()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 2, slowdownAllowed: 1e6);
        await using var load = new Callers(fleet.Renderers);
        var upgrade = await fleet.Plane.Upgrades.StartAsync(Slow(s_canary), CancellationToken.None);

        var ended = await fleet.EndOfAsync(upgrade.Id);

        Assert.Equal(UpgradeState.RolledBack, ended.State);
        Assert.True(ended.Verdicts.Count == 1, ended.Detail);
        var verdict = ended.Verdicts[0];
        Assert.Equal("worse-than-baseline", verdict.Rule);
        Assert.Contains("RenderAsync", verdict.Evidence);
        Assert.True(verdict.Compared!.Capital >= verdict.Compared.Proof);
        await load.EndAsync();
    }

    [Fact]
    public async Task AShareOfTheCallsIsJudgedBesideTheOthersOfTheSameNode()
    {
        await using var fleet = await Fleet.StartAsync(nodes: 1, slowdownAllowed: 1e6);
        await using var load = new Callers(fleet.Renderers);
        var upgrade = await fleet.Plane.Upgrades.StartAsync(Slow(new GradualParameters { Steps = [0.2, 1], Observe = s_canary.Observe, Judging = s_canary.Judging }), CancellationToken.None);

        var ended = await fleet.EndOfAsync(upgrade.Id);

        Assert.Equal((UpgradeState.RolledBack, 0), (ended.State, ended.Wave));
        Assert.Equal("worse-than-baseline", Assert.Single(ended.Verdicts).Rule);
        await load.EndAsync();
    }

    private static UpgradeRequest Slow(StrategyParameters parameters) => Fleet.To("9.2.0", parameters) with
    {
        Targets = [new UpgradeTarget("markdown", "9.2.0") { Settings = new Dictionary<string, string> { ["DelayMilliseconds"] = "1" } }],
        Parameters = parameters,
    };

    /// <summary>Calls all renderers again and again, until it is ended.</summary>
    private sealed class Callers : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<Task> _calls;

        public Callers(IReadOnlyList<IMarkdownRenderer> renderers) => _calls = [.. renderers.SelectMany(one => Enumerable.Range(0, 2).Select(_ => Task.Run(() => CallAsync(one))))];

        public Task EndAsync()
        {
            _stop.Cancel();
            return Task.WhenAll(_calls);
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            _stop.Dispose();
        }

        private async Task CallAsync(IMarkdownRenderer renderer)
        {
            while (!_stop.IsCancellationRequested)
            {
                await renderer.RenderAsync("# Once", CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }
}
