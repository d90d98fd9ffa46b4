using System.Text.RegularExpressions;

namespace Theseus.Packaging.Tests;

public sealed class DocumentationLaws
{
    private static readonly string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference", "packaging.md"));

    [Fact]
    public void EveryFaultCodeIsDocumentedWithItsNumber()
    {
        Assert.All(Enum.GetValues<FaultCode>(), c => Assert.Contains($"| {(int)c} | `{c}` |", page));
        Assert.All(Enum.GetValues<FeedFaultCode>(), c => Assert.Contains($"| {(int)c} | `{c}` |", page));
    }

    [Fact]
    public void EveryCodeOfPackingIsDocumentedAndUsed()
    {
        var sources = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => f.Contains("Theseus.Packaging", StringComparison.Ordinal) || f.Contains("Theseus.Build", StringComparison.Ordinal));
        var used = sources.SelectMany(f => Regex.Matches(File.ReadAllText(f), "THS3\\d\\d\\d")).Select(m => m.Value).ToHashSet();
        var documented = Regex.Matches(page, "\\| (THS3\\d\\d\\d) \\|").Select(m => m.Groups[1].Value).ToHashSet();
        Assert.Equal(documented.Order(), used.Order());
    }

    [Fact]
    public void EveryMemberOfAManifestIsDocumented()
    {
        var manifest = System.Text.Json.JsonDocument.Parse(Reading.RawZip.Read(Repository.CounterPackage).Single(e => e.Name == ReleaseManifest.FileName).Content);
        Assert.All(manifest.RootElement.EnumerateObject(), m => Assert.Matches($"\\| `{m.Name}[.\\[`]", page));
    }
}
