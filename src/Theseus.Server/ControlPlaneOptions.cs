using Theseus.Control.Analysis;
using Theseus.Control;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;

namespace Theseus.Server;

/// <summary>How a control plane is put together. Set before it is started; not thread-safe.</summary>
public sealed class ControlPlaneOptions
{
    /// <summary>The folder of its database, unless <see cref="Store"/> says otherwise, and of the releases that it has looked into. Has to be set; made if it is not there, for its owner only.</summary>
    public string DataFolder { get; set; } = "";

    /// <summary>
    /// Its database: a connection string for PostgreSQL (<c>Host=db.example.org;Database=theseus;…</c>), or the path of a
    /// SQLite file. It may have a password in it, and is never logged. Default: null, the file <c>theseus.db</c> in
    /// <see cref="DataFolder"/>.
    /// </summary>
    public string? Store { get; set; }

    /// <summary>Where releases come from: folders, or addresses of NuGet v3 service indexes. Default: none.</summary>
    public IList<string> Feeds { get; } = [];

    /// <summary>Rules of the user's own, asked after those that are built in. Default: none.</summary>
    public IList<IUpgradeRule> Rules { get; } = [];

    /// <summary>Who judges waves. Default: what nodes report of their health, then the calls of both releases beside each other (<see cref="SequentialJudge"/>).</summary>
    public IWaveJudge Judge { get; set; } = new SequentialJudge();

    /// <summary>What upgrades were judged by is kept of so many that have ended, the newest; from 0. Default: 100.</summary>
    public int EvidenceKept { get; set; } = 100;

    /// <summary>How upgrades are checked before they are planned.</summary>
    public FeasibilityOptions Feasibility { get; } = new();

    /// <summary>How long, and how far, it is possible to go back.</summary>
    public RollbackOptions Rollback { get; } = new();

    /// <summary>How tasks are distributed.</summary>
    public TaskDistributorOptions Tasks { get; } = new();

    /// <summary>When a node is no longer counted on.</summary>
    public MembershipOptions Membership { get; } = new();

    /// <summary>How the fleet is monitored, and what alerts are raised by.</summary>
    public MonitorOptions Monitor { get; } = new();

    /// <summary>The server that waves may be judged by, with what it knows of the user's own services. Default: none.</summary>
    public PrometheusOptions Prometheus { get; } = new();

    /// <summary>The time between two looks at what nodes report, for the registry; above zero. Default: 1 s.</summary>
    public TimeSpan DiscoveryInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time between two looks at what feeds have, for the registry: components that no node reports, and
    /// releases of those that are known; above zero. They are also looked at whenever nodes report something new. Default: 1 minute.
    /// </summary>
    public TimeSpan FeedInterval { get; set; } = TimeSpan.FromMinutes(1);
}
