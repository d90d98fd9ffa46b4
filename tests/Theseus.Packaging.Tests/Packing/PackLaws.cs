using System.IO.Compression;
using System.Runtime.Loader;

namespace Theseus.Packaging.Tests.Packing;

public sealed class PackLaws(AuthorsFolder author) : IClassFixture<AuthorsFolder>
{
    [Fact]
    public async Task APlainPackMakesARelease()
    {
        var reading = await Reading.DamagedPackage.Read(author.Package);
        Assert.Empty(reading.Faults);
        var manifest = reading.Package!.Manifest;
        Assert.Equal(("prices", "2.1.0", "net10.0"), (manifest.Component, manifest.Version.ToString(), manifest.TargetFramework));
        Assert.Equal(("Shop.IPrices", "Shop.Contract", "1.4.0"), (manifest.Contract.Type, manifest.Contract.Assembly, manifest.Contract.Version.ToString()));
        Assert.Equal("Prices.PriceList", manifest.Entry.Type);
    }

    [Fact]
    public void AReleaseHoldsWhatTheComponentNeedsAndNothingThatItShares()
    {
        var names = AuthorsFolder.Names(author.Package);
        string[] needed =
        [
            "lib/net10.0/Prices.dll", "lib/net10.0/Prices.pdb", "lib/net10.0/Prices.deps.json", "lib/net10.0/Markdig.dll", "lib/net10.0/Prices.Private.dll",
            "lib/net10.0/de/Prices.resources.dll", "lib/net10.0/data/tea.txt", "runtimes/linux-x64/native/libe_sqlite3.so", "runtimes/win-x64/native/e_sqlite3.dll", "theseus.json", "Prices.nuspec",
        ];
        Assert.All(needed, n => Assert.Contains(n, names));
        Assert.DoesNotContain(names, n => n.Contains("Shop.Contract", StringComparison.Ordinal) || n.Contains("Theseus.Abstractions", StringComparison.Ordinal) || n.Contains("Microsoft.Extensions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AReleaseRunsFromItsOwnFilesAlone()
    {
        using var folder = new TemporaryFolder();
        var store = new ReleaseStore(folder.File("store"));
        var release = (await store.AddAsync(new MemoryStream(author.Package), CancellationToken.None)).Release!;
        var context = new AssemblyLoadContext("prices", isCollectible: true);
        var library = Path.Combine(release.Folder, "lib", "net10.0");
        context.Resolving += (c, name) => name.Name == "Shop.Contract"
            ? c.LoadFromAssemblyPath(author.InFolder("Contract/bin/Debug/net10.0/Shop.Contract.dll"))
            : File.Exists(Path.Combine(library, name.Name + ".dll")) ? c.LoadFromAssemblyPath(Path.Combine(library, name.Name + ".dll")) : null;
        var assembly = context.LoadFromAssemblyPath(Path.Combine(release.Folder, release.Manifest.Entry.Assembly));
        var instance = Activator.CreateInstance(assembly.GetType(release.Manifest.Entry.Type, throwOnError: true)!)!;
        Assert.Equal("<p><em>tea</em> 5</p>", ((string)instance.GetType().GetMethod("Of")!.Invoke(instance, ["tea"])!).Trim());
        context.Unload();
    }

    [Fact]
    public async Task ANuGetClientTakesAReleaseForAPackageLikeAnyOther()
    {
        author.Write("User/User.csproj", AuthorsFolder.Project("", "<PackageReference Include=\"Prices\" Version=\"2.1.0\" />"));
        Directory.CreateDirectory(author.InFolder("feed"));
        await File.WriteAllBytesAsync(author.InFolder("feed/Prices.2.1.0.nupkg"), author.Package);
        await Dotnet.Succeeds(author.InFolder("User"), "restore");
        Assert.True(File.Exists(author.InFolder("packages/prices/2.1.0/lib/net10.0/Markdig.dll")));
    }

    [Fact]
    public void AReleaseIsAnOpenPackagingConventionsPackage()
    {
        using var zip = new ZipArchive(new MemoryStream(author.Package));
        var types = Xml(zip, "[Content_Types].xml");
        var relationships = Xml(zip, "_rels/.rels");
        foreach (var name in AuthorsFolder.Names(author.Package).Where(n => n != "[Content_Types].xml"))
        {
            var extension = Path.GetExtension(name).TrimStart('.').ToLowerInvariant();
            Assert.Contains(types.Elements(), e => (string?)e.Attribute("Extension") == extension || (string?)e.Attribute("PartName") == "/" + name);
        }

        Assert.All(relationships.Elements(), r => Assert.Contains(((string)r.Attribute("Target")!)[1..], AuthorsFolder.Names(author.Package)));
    }

    [Fact]
    public async Task AProjectWithoutAComponentIsPackedAsEver()
    {
        await Dotnet.Succeeds(author.InFolder("Contract"), "pack", "-c", "Debug", "-o", author.InFolder("contracts"));
        var names = AuthorsFolder.Names(await File.ReadAllBytesAsync(author.InFolder("contracts/Shop.Contract.1.4.0.nupkg")));
        Assert.Contains("lib/net10.0/Shop.Contract.dll", names);
        Assert.DoesNotContain(ReleaseManifest.FileName, names);
    }

    [Fact]
    public async Task PackingAgainTakesWhatChangedAndOnlyThen()
    {
        var copy = Copy("again");
        await Dotnet.Succeeds(copy, "pack", "Prices", "-c", "Debug");
        var path = Path.Combine(copy, "Prices/bin/Debug/Prices.2.1.0.nupkg");
        var (first, written) = (await Digest(path), File.GetLastWriteTimeUtc(path));
        await Dotnet.Succeeds(copy, "pack", "Prices", "-c", "Debug");
        Assert.Equal((first, written), (await Digest(path), File.GetLastWriteTimeUtc(path)));

        // The component's own assembly stays as it is: only what it brings along changes.
        File.WriteAllText(Path.Combine(copy, "Private/Table.cs"), "namespace Prices; public static class Table { public static int Cents => 6; }");
        await Dotnet.Succeeds(copy, "pack", "Prices", "-c", "Debug");
        Assert.NotEqual(first, await Digest(path));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(copy, "Private/bin/Debug/net10.0/Prices.Private.dll")), Bytes(await File.ReadAllBytesAsync(path), "lib/net10.0/Prices.Private.dll"));
    }

    [Fact]
    public async Task AnUnfitComponentFailsThePackWithItsCodeAndLeavesNoPackage()
    {
        var copy = Copy("unfit");
        File.WriteAllText(Path.Combine(copy, "Prices/PriceList.cs"), AuthorsFolder.Source.Replace("typeof(Shop.IPrices)", "typeof(Shop.IPrices), ContractRange = \"[9.0.0, )\""));
        var output = await Dotnet.Fails(copy, "pack", "Prices", "-c", "Debug");
        Assert.True(output.Contains("Prices.csproj : error THS3008: ", StringComparison.Ordinal), output);
        Assert.False(File.Exists(Path.Combine(copy, "Prices/bin/Debug/Prices.2.1.0.nupkg")));
    }

    [Fact]
    public async Task AComponentForAListOfFrameworksFailsThePackAndLeavesNoPackage()
    {
        // A list of one: packs for more are not everywhere, and it goes the same way through the SDK.
        var copy = Copy("list");
        Target(Path.Combine(copy, "Prices/Prices.csproj"));
        Assert.Contains("Prices.csproj : error THS3015: ", await Dotnet.Fails(copy, "pack", "Prices", "-c", "Debug"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(copy, "Prices/bin/Debug/Prices.2.1.0.nupkg")));
    }

    [Fact]
    public async Task AnOrdinaryProjectForAListOfFrameworksIsPackedAsEver()
    {
        var copy = Copy("ordinary");
        Target(Path.Combine(copy, "Contract/Shop.Contract.csproj"));
        await Dotnet.Succeeds(copy, "pack", "Contract", "-c", "Debug");
        Assert.True(File.Exists(Path.Combine(copy, "Contract/bin/Debug/Shop.Contract.1.4.0.nupkg")));
    }

    [Fact]
    public async Task AProjectThatSaysItIsAComponentMustHaveOne()
    {
        var copy = Copy("none");
        File.WriteAllText(Path.Combine(copy, "Prices/PriceList.cs"), "namespace Prices; public sealed class PriceList;");
        Assert.Contains("error THS3000", await Dotnet.Fails(copy, "pack", "Prices", "-c", "Debug", "-p:TheseusComponent=true"));
    }

    [Fact]
    public async Task APackOnBuildIntoTheArtifactsFolderIsARelease()
    {
        var copy = Copy("artifacts");
        File.WriteAllText(Path.Combine(copy, "Directory.Build.props"), "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>");
        await Dotnet.Succeeds(copy, "build", "Prices", "-c", "Debug", "-p:GeneratePackageOnBuild=true");
        var path = Directory.GetFiles(Path.Combine(copy, "artifacts"), "Prices.2.1.0.nupkg", SearchOption.AllDirectories).Single();
        Assert.True((await ReleasePackage.ReadAsync(path, PackageLimits.Default, CancellationToken.None)).IsAccepted);
    }

    private static void Target(string project) =>
        File.WriteAllText(project, File.ReadAllText(project).Replace("<TargetFramework>net10.0</TargetFramework>", "<TargetFrameworks>net10.0</TargetFrameworks>"));

    /// <summary>The author's sources in a folder of their own, beside the same nuget.config.</summary>
    private string Copy(string name)
    {
        foreach (var project in new[] { "Contract", "Private", "Prices" })
        {
            foreach (var file in Directory.GetFiles(author.InFolder(project)))
            {
                var target = author.InFolder($"{name}/{project}/{Path.GetFileName(file)}");
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        return author.InFolder(name);
    }

    private static async Task<string> Digest(string path) =>
        (await ReleasePackage.ReadAsync(path, PackageLimits.Default, CancellationToken.None)).Package!.Digest;

    private static byte[] Bytes(byte[] package, string name) => Reading.RawZip.Read(package).Single(e => e.Name == name).Content;

    private static System.Xml.Linq.XElement Xml(ZipArchive zip, string name)
    {
        using var stream = zip.GetEntry(name)!.Open();
        return System.Xml.Linq.XElement.Load(stream);
    }
}
