using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Control.Tests.Driving;

/// <summary>Records and reports to decide from, at a time that a test says.</summary>
internal sealed class Scenes
{
    public static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    public static readonly ReleaseId Old = new("1.0.0", "d1");
    public static readonly ReleaseId New = new("2.0.0", "d2");

    private readonly Dictionary<(string, string), ComponentReport> _reports = [];

    public static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    /// <summary>An upgrade of components on node1 and node2: a batch each, watched for 10 seconds.</summary>
    public static UpgradeRecord Upgrade(UpgradeState state, WavePhase phase = WavePhase.Preparing, int wave = 0, FailureAction onFailure = FailureAction.RollBack, params string[] components)
    {
        var request = new UpgradeRequest
        {
            Targets = [.. (components is [] ? ["a"] : components).Select(one => new UpgradeTarget(one, New.Version))],
            Parameters = new RollingParameters
            {
                Batch = Amount.Nodes(1),
                Observe = TimeSpan.FromSeconds(10),
                PrepareDeadline = TimeSpan.FromSeconds(60),
                ActivateDeadline = TimeSpan.FromSeconds(30),
                SettleDeadline = TimeSpan.FromSeconds(40),
                RetireDeadline = TimeSpan.FromSeconds(20),
            },
            OnFailure = onFailure,
            RequestedBy = "operator",
        };
        PlannedNode[] nodes = [new("node1", "east"), new("node2", "west")];
        return new UpgradeRecord
        {
            Id = "u1",
            Number = 3,
            Request = request,
            Plan = UpgradePlanner.Plan(request, [.. request.Targets.Select(target => new UpgradeMove(target.Component, Old, New))], _ => nodes),
            State = state,
            Phase = phase,
            Wave = wave,
            WasActivated = phase != WavePhase.Preparing || wave > 0,
            Since = Start,
            RequestedAt = Start,
        };
    }

    public static ComponentReport Report(string component = "a", ReleaseId? confirmed = null, ReleaseId? staged = null, ReleaseId? trial = null, double share = 1, long fence = 0, params NodeTaskResult[] results) => new()
    {
        Component = component,
        Contract = "IContract",
        Confirmed = confirmed ?? Old,
        Staged = staged,
        Trial = trial is null ? null : new TrialReport { Release = trial, Share = share, Elapsed = TimeSpan.Zero, Candidate = Side(100), Stable = Side(0) },
        Fence = fence,
        Results = results,
    };

    /// <summary>Which nodes are away; and which have joined.</summary>
    public Dictionary<string, LeftOutNode> Away { get; } = [];

    public List<JoinedNode> Joining { get; } = [];

    private NodeView View => new((node, component) => _reports.GetValueOrDefault((node, component))) { Away = Away.GetValueOrDefault, Joining = _ => Joining };

    public Scenes Lose(string node)
    {
        Away[node] = new(node, At(-8), "is lost");
        return this;
    }

    public Scenes Say(string node, ComponentReport report)
    {
        _reports[(node, report.Component)] = report;
        return this;
    }

    public Decision Decide(UpgradeRecord upgrade, double seconds) => UpgradeReconciler.Decide(upgrade, View, At(seconds));

    public Decision.Change Change(UpgradeRecord upgrade, double seconds) => Assert.IsType<Decision.Change>(Decide(upgrade, seconds));

    public IReadOnlyList<NodeTask> Tasks(UpgradeRecord upgrade, double seconds) => Assert.IsType<Decision.Wait>(Decide(upgrade, seconds)).Tasks;

    private static SideReport Side(long calls) => new(calls, 0, TimeSpan.Zero, TimeSpan.Zero);
}
