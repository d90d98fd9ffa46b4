using NuGet.Versioning;
using Theseus.Control.Audit;
using Theseus.Control.Tests.Components;
using Theseus.Control.Tests.Driving;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Packaging;
using Theseus.Storage.Sqlite;
using Theseus.Testing;

namespace Theseus.Control.Tests.Checking;

/// <summary>Two components, of which the shop works only with the prices of its own major version, with real releases in a folder.</summary>
internal sealed class Shop : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database = SqliteDatabase.Open(":memory:");
    private readonly ManualTimeProvider _time = new();
    private readonly ComponentRegistry _registry;
    private readonly Dictionary<string, string> _digests = [];

    private Shop(ComponentRegistry registry)
    {
        _registry = registry;
        Directory.CreateDirectory(Feed);
        Store = new SqliteUpgradeStore(_database);
        Publish("prices", "1.0.0", "");
        Publish("prices", "2.0.0", "");
        Publish("shop", "1.0.0", "[1.0.0,2.0.0)");
        Publish("shop", "2.0.0", "[2.0.0,3.0.0)");
    }

    public string Feed => _folder.File("feed");

    public IUpgradeStore Store { get; }

    public FeasibilityOptions Options { get; } = new();

    /// <summary>A shop in which both components serve in a version.</summary>
    public static async Task<Shop> OpenAsync(string version, ResourceNeeds? running = null)
    {
        var prices = $"[{version},{version[0] - '0' + 1}.0.0)";
        var registry = await Parts.WithAsync(
            Parts.Of("prices"), Parts.Of("shop") with { Dependencies = [new ComponentDependency("prices", VersionRange.Parse(prices))], Resources = running ?? new(0, 0) });
        foreach (var name in new[] { "prices", "shop" })
        {
            Assert.True((await registry.MoveAsync(name, new LifecycleMove(ComponentLifecycle.Active, "Test.") { Version = Parts.V(version) }, default)).IsDone);
        }

        return new Shop(registry);
    }

    public static NodeReport Node(string name, params ComponentReport[] components) =>
        new() { Node = name, Incarnation = "i" + name, StartedAt = DateTimeOffset.UnixEpoch, Sequence = 1, Components = components };

    public static ComponentReport Has(string component, string version) => Scenes.Report(component, confirmed: new ReleaseId(version, "d"));

    public static UpgradeRequest To(params UpgradeTarget[] targets) => new() { Targets = targets, Parameters = new ImmediateParameters(), RequestedBy = "operator" };

    /// <summary>Takes something back, to releases by their digests.</summary>
    public UpgradeRequest Back(params (string Component, string Version)[] targets) =>
        To([.. targets.Select(one => new UpgradeTarget(one.Component, one.Version) { Digest = DigestOf(one.Component, one.Version) })]) with { RollsBack = "upgrade" };

    public string DigestOf(string component, string version) => _digests[component + version];

    public void Publish(string component, string version, string prices, ResourceNeeds? needs = null)
    {
        var manifest = Releases.Manifest(component, version) with
        {
            Dependencies = prices.Length == 0 ? [] : [new ComponentDependency("prices", VersionRange.Parse(prices))],
            Resources = needs ?? new(0, 0),
        };
        var release = Releases.Build(manifest);
        File.WriteAllBytes(Path.Combine(Feed, $"{component}.{version}.nupkg"), release.Package.Span);
        _digests[component + version] = release.Digest;
    }

    public Task<Feasibility> CheckAsync(UpgradeRequest request, params NodeReport[] nodes)
    {
        var releases = new FeedReleases([new FolderFeed(Feed)], new ReleaseStore(_folder.File("store")));
        return new ValidatedFeasibility(_registry, new UpgradeValidator(releases), Store, Options, new RollbackOptions(), _time).CheckAsync(request, nodes, default);
    }

    /// <summary>Puts an upgrade that has ended on record.</summary>
    public async Task EndAsync(string id, string component, UpgradeState state, bool wasActivated = true)
    {
        var request = To(new UpgradeTarget(component, "2.0.0"));
        var now = _time.GetUtcNow();
        var entry = new AuditEntry(now, "operator", id, "", "", "");
        var added = await Store.AddAsync(new UpgradeRecord { Id = id, Request = request, Since = now, RequestedAt = now }, entry, default);
        var plan = UpgradePlanner.Plan(request, [new UpgradeMove(component, Scenes.Old, Scenes.New)], _ => [new("node1", "")]);
        var ended = added with { Revision = 2, State = state, Plan = plan, EndedAt = now, WasActivated = wasActivated, TakenBackBy = state == UpgradeState.RolledBack ? AuditEntry.System : "" };
        await Store.UpdateAsync(ended, entry, [], default);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }
}
