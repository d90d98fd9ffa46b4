using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace Theseus.Samples.Tests;

public sealed partial class MarkdownLaws
{
    private static readonly IMarkdownRenderer s_old = new SampleRelease("Markdown.1.0.0").Construct<IMarkdownRenderer>();
    private static readonly IMarkdownRenderer s_new = new SampleRelease("Markdown.2.0.0").Construct<IMarkdownRenderer>();

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var release in new[] { "Markdown.1.0.0", "Markdown.2.0.0" })
        {
            foreach (var document in Documents.All.Keys)
            {
                cases.Add(release, document);
            }
        }

        return cases;
    }

    [Theory]
    [InlineData("Markdown.1.0.0", "0.31.0")]
    [InlineData("Markdown.2.0.0", "1.6.0")]
    public void AReleaseNamesTheMarkdigThatItReallyRuns(string project, string version)
    {
        var release = new SampleRelease(project);
        var renderer = release.Construct<IMarkdownRenderer>();

        renderer.Render("x");

        var markdig = release.Assemblies.Single(assembly => assembly.GetName().Name == "Markdig").GetName().Version!;
        Assert.Equal(version, markdig.ToString(3));
        Assert.Equal($"Markdig {version}", renderer.Engine);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryHeadingTableAndFenceOfARealDocumentIsRendered(string release, string document)
    {
        var markdown = Documents.All[document];
        var html = new SampleRelease(release).Construct<IMarkdownRenderer>().Render(markdown);

        var lines = WithoutFences(markdown, out var fences);
        Assert.Equal(lines.Count(line => HeadingLine().IsMatch(line)), HeadingTag().Count(html));
        Assert.Equal(lines.Count(line => TableRule().IsMatch(line)), Count(html, "<table>"));
        Assert.Equal(fences, Count(html, "<pre><code"));
        Assert.Equal(lines.Count(line => line.StartsWith("- [", StringComparison.Ordinal)), Count(html, "type=\"checkbox\""));
        Assert.DoesNotContain("**", html.Replace("def ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void BothReleasesShowAReaderTheSameText()
    {
        Assert.NotEmpty(Documents.All);
        Assert.All(Documents.All.Values, document => Assert.Equal(Text(s_old.Render(document)), Text(s_new.Render(document))));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task AllWaysOfRenderingGiveTheSame(string release, string document)
    {
        var renderer = new SampleRelease(release).Construct<IMarkdownRenderer>();
        var markdown = Documents.All[document];
        var blocks = new List<string>();
        await foreach (var block in renderer.RenderBlocksAsync(markdown, TestContext.Current.CancellationToken))
        {
            blocks.Add(block);
        }

        Assert.Equal(renderer.Render(markdown), await renderer.RenderAsync(markdown, TestContext.Current.CancellationToken));
        Assert.Equal(renderer.Render(markdown), string.Concat(blocks));
    }

    [Theory]
    [InlineData("Markdown.1.0.0")]
    [InlineData("Markdown.2.0.0")]
    public async Task ARendererIsHealthyAndItsWarmUpCallsRun(string release)
    {
        var renderer = new SampleRelease(release).Construct<IMarkdownRenderer>();

        Assert.True((await ((IComponentHealth)renderer).CheckAsync(TestContext.Current.CancellationToken)).IsHealthy);
        var calls = ((IWarmUp<IMarkdownRenderer>)renderer).WarmUpCalls.ToList();
        Assert.NotEmpty(calls);
        foreach (var call in calls)
        {
            await call.Call(renderer, TestContext.Current.CancellationToken);
        }
    }

    private static List<string> WithoutFences(string markdown, out int fences)
    {
        var parts = markdown.Split("```");
        fences = parts.Length / 2;
        return [.. parts.Where((_, index) => index % 2 == 0).SelectMany(part => part.Split('\n'))];
    }

    private static int Count(string html, string what) => html.Split(what).Length - 1;

    private static string Text(string html) => WebUtility.HtmlDecode(Spaces().Replace(Tag().Replace(html, " "), " "));

    [GeneratedRegex("^#{1,6} ")]
    private static partial Regex HeadingLine();

    [GeneratedRegex("<h[1-6]")]
    private static partial Regex HeadingTag();

    [GeneratedRegex(@"^\| :?-+:? +\|")]
    private static partial Regex TableRule();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
