using System.IO.Compression;

namespace Theseus.Packaging.Tests.Packing;

/// <summary>A component author's folder outside of this repository, with the product's packages in a feed of their own.</summary>
public sealed class AuthorsFolder : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Root => _folder.Path;

    /// <summary>The component's package, as the first pack made it.</summary>
    internal byte[] Package { get; private set; } = [];

    internal string PackagePath => InFolder("Prices/bin/Debug/Prices.2.1.0.nupkg");

    public async ValueTask InitializeAsync()
    {
        await Dotnet.Succeeds(Repository.Root, "publish", "src/Theseus.Build", "-c", Repository.Configuration, "-v", "q");
        await Dotnet.Succeeds(Repository.Root, "pack", "src/Theseus.Abstractions", "-c", Repository.Configuration, "-o", InFolder("feed"), "-v", "q");
        Write("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{InFolder("packages")}" /></config>
              <packageSources><add key="theseus" value="{InFolder("feed")}" /></packageSources>
            </configuration>
            """);
        Write("Contract/Shop.Contract.csproj", Project("<Version>1.4.0</Version>", "<PackageReference Include=\"Theseus.Abstractions\" Version=\"0.1.0\" />"));
        Write("Contract/IPrices.cs", "namespace Shop; [Theseus.Contract] public interface IPrices { string Of(string name); }");
        Write("Private/Prices.Private.csproj", Project("", ""));
        Write("Private/Table.cs", "namespace Prices; public static class Table { public static int Cents => 5; }");
        Write("Prices/Prices.csproj", Project("<Version>2.1.0</Version>", """
            <PackageReference Include="Theseus.Abstractions" Version="0.1.0" />
            <PackageReference Include="Markdig" Version="1.6.0" />
            <PackageReference Include="SQLitePCLRaw.lib.e_sqlite3" Version="2.0.6" />
            <ProjectReference Include="../Contract/Shop.Contract.csproj" />
            <ProjectReference Include="../Private/Prices.Private.csproj" />
            <None Include="data/**" CopyToOutputDirectory="PreserveNewest" />
            """));
        Write("Prices/Words.de.resx", """<root><resheader name="resmimetype"><value>text/microsoft-resx</value></resheader><resheader name="version"><value>2.0</value></resheader><resheader name="reader"><value>System.Resources.ResXResourceReader, System.Windows.Forms</value></resheader><resheader name="writer"><value>System.Resources.ResXResourceWriter, System.Windows.Forms</value></resheader><data name="a"><value>b</value></data></root>""");
        Write("Prices/data/tea.txt", "5");
        Write("Prices/PriceList.cs", Source);
        await Dotnet.Succeeds(InFolder("Prices"), "pack", "-c", "Debug");
        Package = await File.ReadAllBytesAsync(PackagePath);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    internal string InFolder(string path) => Path.Combine(Root, path);

    internal void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(InFolder(path))!);
        File.WriteAllText(InFolder(path), text);
    }

    internal const string Source = """
        namespace Prices;
        [Theseus.Component("prices", typeof(Shop.IPrices))]
        public sealed class PriceList : Shop.IPrices
        {
            public string Of(string name) => Markdig.Markdown.ToHtml("*" + name + "* " + Table.Cents);
        }
        """;

    internal static string Project(string properties, string items) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><NuGetAudit>false</NuGetAudit>{properties}</PropertyGroup>
          <ItemGroup>{items}</ItemGroup>
        </Project>
        """;

    internal static IReadOnlyList<string> Names(byte[] package)
    {
        using var zip = new ZipArchive(new MemoryStream(package));
        return [.. zip.Entries.Select(e => e.FullName)];
    }
}
