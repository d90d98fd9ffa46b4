using System.Runtime.InteropServices;
using Theseus.Control.Tests.Components;
using Theseus.Packaging;

namespace Theseus.Control.Tests.Validation;

/// <summary>A feed with real releases of 'prices', and hosts with a contract of their own.</summary>
internal sealed class Scene : IDisposable
{
    public const string ContractSource = """
        using Theseus;
        [assembly: System.Reflection.AssemblyVersion("1.0.0.0")]
        namespace Shop;
        [Contract] public interface IPrices { int Of(string name); }
        """;

    public const string ComponentSource = "using Theseus; using Shop; [Component(\"prices\", typeof(IPrices))] public sealed class Prices : IPrices { public int Of(string name) => 1; }";

    public static byte[] Contract { get; } = Compiled.Compile("Shop.Contract", ContractSource);

    private readonly TemporaryFolder _folder = new();

    public Scene() => Directory.CreateDirectory(_folder.File("feed"));

    public string Feed => _folder.File("feed");

    public static DateTimeOffset Now { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The versions of the contract that hosts have are asked of the surface alone.</summary>
    public ComponentDescriptor Component { get; init; } = new() { Name = "prices", Contract = new("Shop.IPrices", "Shop.Contract", null), CurrentVersion = Parts.V("1.0.0") };

    public static ReleaseManifest Manifest(string version) => Releases.Manifest("prices", version) with
    {
        Entry = new("lib/net10.0/Prices.dll", "Prices"),
        SharedAssemblies = [new("Shop.Contract", new(1, 0, 0, 0)), new("Theseus.Abstractions", new(0, 0, 0, 0))],
    };

    /// <summary>Puts a release of the sample component into the feed.</summary>
    public void Put(string version, Func<ReleaseManifest, ReleaseManifest>? change = null, byte[]? code = null, params (string Path, byte[] Content)[] files)
    {
        var manifest = (change ?? (one => one))(Manifest(version));
        var entry = $"lib/{manifest.TargetFramework}/Prices.dll";
        var builder = new ReleaseBuilder("prices", manifest with { Entry = manifest.Entry with { Assembly = entry } }).AddFile(entry, code ?? Compiled.Compile("Prices", ComponentSource, Contract));
        foreach (var (path, content) in files)
            builder.AddFile(path, content);
        File.WriteAllBytes(Path.Combine(Feed, $"prices.{version}.nupkg"), builder.Build().Package.Span);
    }

    /// <summary>Hosts like this process, with a contract of their own.</summary>
    public HostSurface Surface(byte[]? contract = null, string system = "linux", params (string Name, byte[] Content)[] more)
    {
        var paths = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return new(new(10, 0), system, Architecture.X64,
        [
            .. more.Append(("Shop.Contract", contract ?? Contract)).Select(one => new HostAssembly(one.Item1, null, Write(one.Item1, one.Item2))),
            .. paths.Select(path => new HostAssembly(Path.GetFileNameWithoutExtension(path), null, path)),
        ]);
    }

    public UpgradeContext Upgrade(string target = "2.0.0", HostSurface? surface = null) => new()
    {
        Component = Component,
        Target = Parts.V(target),
        Now = Now,
        Nodes = [new NodeFacts("node-1") { Surface = surface ?? Surface() }],
    };

    public FeedReleases ReleasesOf(string feed) => new([new FolderFeed(feed)], new ReleaseStore(_folder.File("store")));

    public Task<ValidationReport> ValidateAsync(UpgradeContext upgrade, ValidationLevel level = ValidationLevel.Normal, params IUpgradeRule[] rules) =>
        ValidateAsync(Feed, upgrade, level, rules);

    public Task<ValidationReport> ValidateAsync(string feed, UpgradeContext upgrade, ValidationLevel level, params IUpgradeRule[] rules) =>
        new UpgradeValidator(ReleasesOf(feed), rules).ValidateAsync(upgrade, level, CancellationToken.None);

    public void Dispose() => _folder.Dispose();

    private string Write(string name, byte[] content)
    {
        var path = _folder.File($"{Guid.NewGuid():N}.{name}.dll");
        File.WriteAllBytes(path, content);
        return path;
    }
}
