using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Tests.Diagnostics;

public sealed class DocumentationTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Compiled.RepositoryRoot, "docs", "reference", "diagnostics.md"));

    public static TheoryData<string> Ids => [.. Rules().Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryDiagnosticIsDocumented(string id)
    {
        var rule = Rules().Single(rule => rule.Id == id);

        Assert.Contains($"\n### {id}\n", s_page);
        Assert.Contains($"\n{rule.Title} ({rule.DefaultSeverity.ToString().ToLowerInvariant()}).", Section(id));
        Assert.Contains("**Mend:**", Section(id));
        Assert.EndsWith($"docs/reference/diagnostics.md#{id.ToLowerInvariant()}", rule.HelpLinkUri);
        Assert.False(string.IsNullOrEmpty(rule.Description.ToString()));
    }

    [Fact]
    public void TheDocumentationNamesNoDiagnosticThatDoesNotExist() => Assert.Equal(
        Rules().Select(rule => rule.Id).Order(),
        s_page.Split('\n').Where(line => line.StartsWith("### THS1", StringComparison.Ordinal) || line.StartsWith("### THS2", StringComparison.Ordinal))
            .Select(line => line[4..].Trim()));

    [Fact]
    public void EveryIdIsUsedOnce() => Assert.Equal(Rules().Count(), Rules().Select(rule => rule.Id).Distinct().Count());

    private static IEnumerable<DiagnosticDescriptor> Rules() => Compiled.Analyzers().SelectMany(analyzer => analyzer.SupportedDiagnostics);

    private static string Section(string id)
    {
        var start = s_page.IndexOf($"\n### {id}\n", StringComparison.Ordinal);
        var end = s_page.IndexOf("\n### ", start + 1, StringComparison.Ordinal);
        return s_page[start..(end < 0 ? s_page.Length : end)];
    }
}
