using Microsoft.Extensions.DependencyInjection;
using Relay;
using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A real host with one ring, and the engine by which a node works on it.</summary>
internal sealed class NodeScene : IAsyncDisposable
{
    public static readonly StateChoice StateOfNow = new("", "");

    private NodeScene(LiveHost host, string ring, AfterTheStart progress)
    {
        (Host, Ring) = (host, ring);
        progress.Steps = Preparing;
        Engine = new EngineAtNode(host.Engine, host.Services.GetRequiredService<MetricsCollector>(), TimeProvider.System);
    }

    public LiveHost Host { get; }

    /// <summary>The component's name.</summary>
    public string Ring { get; }

    public EngineAtNode Engine { get; }

    public ComponentReport Report => Engine.Describe(Ring);

    /// <summary>The steps of what the node prepares.</summary>
    public Steps Preparing { get; } = new();

    /// <summary>The numbers of the generations that were ever loaded.</summary>
    public IEnumerable<int> Loaded => Host.Engine.GetStatus(Ring).Generations.Select(one => one.Number).Order();

    /// <summary>The version that serves, and the one that a restart would begin with.</summary>
    public (string? Serving, string? Confirmed) Stand => (Host.Engine.GetStatus(Ring).ServingVersion, Report.Confirmed?.Version);

    public static async Task<NodeScene> StartAsync(string ring = "ring", string? folder = null, TimeSpan? drain = null)
    {
        var progress = new AfterTheStart();
        var host = await LiveHost.StartAsync(
            theseus => theseus.AddComponent<IRing>(ring, options =>
            {
                LiveHost.FromOne(options);
                options.Swap = LiveHost.Quick with { Progress = progress, Deadlines = new() { Start = LiveHost.Deadline, Drain = drain ?? TimeSpan.FromMilliseconds(200) } };
            }),
            folder);
        return new(host, ring, progress);
    }

    /// <summary>What a version does wrong from now on, and where.</summary>
    public void Steer(string version, string point, string? what) => Host.Configuration[$"Theseus:Components:{Ring}:Settings:{version}:{point}"] = what;

    /// <summary>A release's full name, which its staging tells.</summary>
    public async Task<ReleaseId> StageAsync(string version)
    {
        Assert.Equal(SwapOutcome.Staged, (await Host.Engine.StageAsync(Ring, version, LiveHost.Quick)).Outcome);
        return Report.Staged!;
    }

    public Task<EngineAnswer> AskToActivateAsync(ReleaseId release, double share = 1, Action<EngineAnswer>? onLost = null) =>
        Engine.ActivateAsync(Ring, release, share, 0, StateOfNow, TimeSpan.FromHours(1), onLost ?? (static _ => { }), default).WaitAsync(LiveHost.Deadline);

    public Task<EngineAnswer> AskToConfirmAsync(ReleaseId release) => Engine.ConfirmAsync(Ring, release, StateOfNow, default).WaitAsync(LiveHost.Deadline);

    public Task<EngineAnswer> AskToRevertAsync(ReleaseId from, ReleaseId to) => Engine.RevertAsync(Ring, from, to, default).WaitAsync(LiveHost.Deadline);

    /// <summary>Brings a release to its trial.</summary>
    public async Task<ReleaseId> ActivateAsync(string version, double share = 1, Action<EngineAnswer>? onLost = null)
    {
        var release = await StageAsync(version);
        Assert.Equal(EngineAnswer.Done, await AskToActivateAsync(release, share, onLost));
        return release;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>Leaves out the steps by which the host began.</summary>
    private sealed class AfterTheStart : IProgress<SwapProgress>
    {
        public Steps? Steps { get; set; }

        public void Report(SwapProgress value) => Steps?.Report(value);
    }
}
