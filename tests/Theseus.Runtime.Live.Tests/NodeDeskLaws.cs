using System.Threading.Channels;
using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A component's desk on a real host: which tasks it obeys, and what it tells of them.</summary>
public sealed class NodeDeskLaws
{
    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();

    private ComponentDesk Desk(NodeScene scene, INodeEngine? engine = null) =>
        new(scene.Ring, engine ?? scene.Engine, new FenceFiles(Path.Combine(scene.Host.Folder, "desk")), TimeProvider.System, () => _changes.Writer.TryWrite(true));

    private static NodeTask Ask(NodeTaskKind kind, ReleaseId from, ReleaseId to, long fence = 1) => new()
    {
        Id = $"{fence}/{kind}",
        Node = "node",
        Kind = kind,
        Component = "ring",
        Upgrade = "upgrade",
        Fence = fence,
        From = from,
        To = to,
        Deadline = LiveHost.Deadline,
        HoldAtMost = TimeSpan.FromHours(1),
    };

    /// <summary>Waits until what the desk tells is so; it tells of every change.</summary>
    private async Task<ComponentReport> UntilAsync(ComponentDesk desk, Func<ComponentReport, bool> isSo)
    {
        using var deadline = new CancellationTokenSource(LiveHost.Deadline);
        var told = desk.Describe();
        for (; !isSo(told); told = desk.Describe())
        {
            await _changes.Reader.ReadAsync(deadline.Token);
        }

        return told;
    }

    private static bool IsDone(ComponentReport report, NodeTaskKind kind, long fence = 1) => report.Results.Contains(new($"{fence}/{kind}", NodeTaskOutcome.Done, "", ""));

    [Fact]
    public async Task EachOfAnUpgradesTasksIsDoneAndToldUnderItsName()
    {
        await using var scene = await NodeScene.StartAsync();
        var (from, to) = (scene.Report.Confirmed!, await scene.StageAsync("2.0.0"));
        await scene.Host.Engine.UnstageAsync("ring");
        var desk = Desk(scene);

        foreach (var kind in new[] { NodeTaskKind.Prepare, NodeTaskKind.Activate, NodeTaskKind.Probe, NodeTaskKind.Confirm, NodeTaskKind.Retire, NodeTaskKind.Revert })
        {
            desk.Take(Ask(kind, from, to));
            var told = await UntilAsync(desk, report => report.Results.Any(result => result.Task == $"1/{kind}"));
            Assert.True(IsDone(told, kind), string.Join(" ", told.Results));
            Assert.Equal(kind == NodeTaskKind.Prepare ? to : null, told.Staged);
            Assert.Equal(kind is NodeTaskKind.Activate or NodeTaskKind.Probe ? to : null, told.Trial?.Release);
            Assert.Equal(kind is NodeTaskKind.Confirm or NodeTaskKind.Retire ? to : from, told.Confirmed);
        }

        await desk.StopAsync();
    }

    [Fact]
    public async Task AReportWithAHigherFenceMakesWhatWasAskedForBeforeVoidAlsoAfterARestart()
    {
        await using var scene = await NodeScene.StartAsync();
        var (from, to) = (scene.Report.Confirmed!, await scene.StageAsync("2.0.0"));
        var desk = Desk(scene);
        desk.Take(Ask(NodeTaskKind.Activate, from, to));
        await UntilAsync(desk, report => IsDone(report, NodeTaskKind.Activate));

        desk.Take(Ask(NodeTaskKind.Report, from, to, fence: 2));
        var told = desk.Describe();
        Assert.Equal((2, 0, to), (told.Fence, told.Results.Count, told.Trial?.Release));

        desk.Take(Ask(NodeTaskKind.Revert, from, to));
        await desk.StopAsync();
        Assert.Equal(to, desk.Describe().Trial?.Release);

        var after = Desk(scene);
        after.Take(Ask(NodeTaskKind.Revert, from, to));
        Assert.Equal((2, to), (after.Describe().Fence, after.Describe().Trial?.Release));
        after.Take(Ask(NodeTaskKind.Revert, from, to, fence: 2));
        Assert.Null((await UntilAsync(after, report => IsDone(report, NodeTaskKind.Revert, fence: 2))).Trial);
        await after.StopAsync();
    }

    [Fact]
    public async Task AReportWithAHigherFenceEndsAPreparationThatGoesOn()
    {
        await using var scene = await NodeScene.StartAsync();
        var (from, to) = (scene.Report.Confirmed!, await scene.StageAsync("2.0.0"));
        await scene.Host.Engine.UnstageAsync("ring");
        scene.Steer("2.0.0", "Start", "honour");
        var desk = Desk(scene);
        desk.Take(Ask(NodeTaskKind.Prepare, from, to));
        await scene.Preparing.EndAsync(SwapStep.Load);

        desk.Take(Ask(NodeTaskKind.Report, from, to, fence: 2));
        await UntilAsync(desk, _ => scene.Host.Engine.GetStatus("ring").Activity.Length == 0);
        scene.Steer("2.0.0", "Start", null);
        desk.Take(Ask(NodeTaskKind.Prepare, from, to, fence: 2));

        var told = await UntilAsync(desk, report => IsDone(report, NodeTaskKind.Prepare, fence: 2));
        Assert.Equal(("2/Prepare", to), (Assert.Single(told.Results).Task, told.Staged));
        await desk.StopAsync();
    }

    [Fact]
    public async Task ATrialThatIsLostAfterItsTaskWasDoneIsToldAsThatTasksFailure()
    {
        await using var scene = await NodeScene.StartAsync();
        var (from, to) = (scene.Report.Confirmed!, await scene.StageAsync("2.0.0"));
        var desk = Desk(scene);
        desk.Take(Ask(NodeTaskKind.Activate, from, to) with { Share = 0.5 });
        await UntilAsync(desk, report => IsDone(report, NodeTaskKind.Activate));
        desk.Take(Ask(NodeTaskKind.Activate, from, to) with { Id = "all" });
        await UntilAsync(desk, report => report.Results.Any(result => result.Task == "all"));

        scene.Steer("2.0.0", "Answer", "throw");
        scene.Host.Ring("ring").Answer("it");

        var told = await UntilAsync(desk, report => report.Results.Any(result => result is { Task: "all", Outcome: NodeTaskOutcome.Failed }));
        Assert.Equal(nameof(SwapReason.TrialFailed), told.Results.Single(result => result.Task == "all").Reason);
        await desk.StopAsync();
    }

    [Fact]
    public async Task ATrialThatIsLostBeforeItsTaskIsNotedAsDoneIsToldAsFailedAllTheSame()
    {
        await using var scene = await NodeScene.StartAsync();
        var (from, to) = (scene.Report.Confirmed!, await scene.StageAsync("2.0.0"));
        var desk = Desk(scene, new LostBeforeNoted(scene));

        desk.Take(Ask(NodeTaskKind.Activate, from, to));

        var told = await UntilAsync(desk, report => report.Results.Count > 0);
        Assert.Equal((NodeTaskOutcome.Failed, nameof(SwapReason.TrialFailed)), (told.Results[0].Outcome, told.Results[0].Reason));
        await desk.StopAsync();
    }

    [Fact]
    public async Task AResultIsNeverToldWithADescriptionFromBeforeIt()
    {
        await using var scene = await NodeScene.StartAsync();
        var (from, to) = (scene.Report.Confirmed!, await scene.StageAsync("2.0.0"));
        var engine = new SlowToDescribe(scene);
        var desk = Desk(scene, engine);
        var done = new TaskCompletionSource();
        engine.OnProbed = () => done.TrySetResult();
        engine.OnDescribed = () =>
        {
            engine.OnDescribed = null;
            desk.Take(Ask(NodeTaskKind.Probe, from, to));
            // Until the desk has noted that it is done, which it tells of by a change.
            done.Task.Wait(LiveHost.Deadline);
            SpinWait.SpinUntil(() => _changes.Reader.Count > 0, LiveHost.Deadline);
        };

        var told = desk.Describe();

        Assert.Null(engine.OnDescribed);
        Assert.Empty(told.Results);
        Assert.True(IsDone(await UntilAsync(desk, report => report.Results.Count > 0), NodeTaskKind.Probe));
        await desk.StopAsync();
    }

    /// <summary>The real engine, that something happens at after it was described.</summary>
    private sealed class SlowToDescribe(NodeScene scene) : INodeEngine
    {
        public Action? OnDescribed { get; set; }

        public Action? OnProbed { get; set; }

        public IReadOnlyCollection<string> Components => scene.Engine.Components;

        public ComponentReport Describe(string component)
        {
            var report = scene.Engine.Describe(component);
            OnDescribed?.Invoke();
            return report;
        }

        public Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken) => scene.Engine.PrepareAsync(component, release, cancellationToken);

        public Task<EngineAnswer> ActivateAsync(
            string component, ReleaseId release, double share, double shadowFraction, StateChoice state, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken) =>
            scene.Engine.ActivateAsync(component, release, share, shadowFraction, state, holdAtMost, onLost, cancellationToken);

        public Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken) => scene.Engine.ConfirmAsync(component, release, state, cancellationToken);

        public Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken) => scene.Engine.RevertAsync(component, from, to, cancellationToken);

        public Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken) => scene.Engine.RetireAsync(component, cancellationToken);

        public async Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken)
        {
            var answer = await scene.Engine.ProbeAsync(component, cancellationToken);
            OnProbed?.Invoke();
            return answer;
        }
    }

    /// <summary>The real engine, on which a trial is lost, and told as lost, before its activation returns.</summary>
    private sealed class LostBeforeNoted(NodeScene scene) : INodeEngine
    {
        public IReadOnlyCollection<string> Components => scene.Engine.Components;

        public ComponentReport Describe(string component) => scene.Engine.Describe(component);

        public Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken) => scene.Engine.PrepareAsync(component, release, cancellationToken);

        public async Task<EngineAnswer> ActivateAsync(
            string component, ReleaseId release, double share, double shadowFraction, StateChoice state, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken)
        {
            var told = new TaskCompletionSource();
            var answer = await scene.Engine.ActivateAsync(
                component,
                release,
                share,
                shadowFraction,
                state,
                holdAtMost,
                lost =>
                {
                    onLost(lost);
                    told.SetResult();
                },
                cancellationToken);
            scene.Steer(release.Version, "Answer", "throw");
            scene.Host.Ring(component).Answer("it");
            await told.Task.WaitAsync(LiveHost.Deadline);
            return answer;
        }

        public Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken) => scene.Engine.ConfirmAsync(component, release, state, cancellationToken);

        public Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken) => scene.Engine.RevertAsync(component, from, to, cancellationToken);

        public Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken) => scene.Engine.RetireAsync(component, cancellationToken);

        public Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken) => scene.Engine.ProbeAsync(component, cancellationToken);
    }
}
