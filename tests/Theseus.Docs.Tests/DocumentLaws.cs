using System.Text.RegularExpressions;

namespace Theseus.Docs.Tests;

/// <summary>What the documents name is there.</summary>
public sealed partial class DocumentLaws
{
    private static readonly string _architecture = Repository.Read("docs/architecture.md");

    public static TheoryData<string> Documents =>
        [.. Repository.Files("docs", "*.md"), .. Repository.Files("samples", "*.md"), .. Repository.Files("bench", "*.md"), .. Directory.GetFiles(Repository.Root, "*.md").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryRelativeLinkLeadsSomewhere(string document)
    {
        var folder = Path.GetDirectoryName(document)!;
        var dead = Link().Matches(Repository.Read(document))
            .Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(link => !LeadsSomewhere(link.Split('#'), document, folder));

        Assert.Empty(dead);
    }

    [Fact]
    public void EveryPathThatTheArchitectureNamesExists()
    {
        var paths = Code().Matches(_architecture).Select(match => match.Groups[1].Value).Where(text => RepositoryPath().IsMatch(text)).ToList();

        Assert.True(paths.Count > 20, "The page names fewer paths than it did.");
        Assert.DoesNotContain(paths, path => !File.Exists(Repository.InRoot(path)) && !Directory.Exists(Repository.InRoot(path)));
    }

    [Fact]
    public void OfARoomWhoseFoldersTheArchitectureNamesItNamesThoseThatThereAre()
    {
        var rooms = RoomRow().Matches(_architecture)
            .Select(row => (Path: row.Groups["room"].Value, Named: FoldersIn(row.Groups["what"].Value)))
            .Where(room => room.Named.Count > 0)
            .ToList();

        Assert.NotEmpty(rooms);
        Assert.All(rooms, room => Assert.Equal(
            Directory.EnumerateDirectories(Repository.InRoot(room.Path)).Select(folder => $"{Path.GetFileName(folder)}/").Except(["bin/", "obj/"]).Order(StringComparer.Ordinal),
            room.Named.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void EveryTypeThatTheArchitectureNamesExists()
    {
        var sources = string.Join('\n', Repository.Files("src", "*.cs").Select(Repository.Read));
        var types = Code().Matches(_architecture).Select(match => match.Groups[1].Value).Where(text => TypeName().IsMatch(text)).Distinct().ToList();

        Assert.NotEmpty(types);
        Assert.DoesNotContain(types, type => !Regex.IsMatch(sources, $@"\b(class|struct|record|interface|enum) {type}\b"));
    }

    [Fact]
    public void DecisionsAreNumberedFromOneWithoutGapsOrDoubles()
    {
        var numbers = Repository.Files("docs/adr", "*.md").Select(path => int.Parse(Path.GetFileName(path).Split('-')[0])).ToList();

        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    private static List<string> FoldersIn(string text) => [.. Code().Matches(text).Select(match => match.Groups[1].Value).Where(name => name.EndsWith('/'))];

    private static bool LeadsSomewhere(string[] link, string document, string folder)
    {
        var path = link[0].Length == 0 ? document : Path.Combine(folder, link[0]);
        if (!File.Exists(Repository.InRoot(path)))
        {
            return link.Length == 1 && Directory.Exists(Repository.InRoot(path));
        }

        return link.Length == 1 || Heading().Matches(Repository.Read(path)).Any(heading => Anchor(heading.Groups[1].Value) == link[1]);
    }

    private static string Anchor(string heading) => NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(src|samples|tests|bench|docs|eng)/[\w./-]*$")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^\| \S+ \| `(?<room>src/[\w.]+)` \| (?<what>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex RoomRow();

    [GeneratedRegex("^[A-Z][a-z]+([A-Z][a-z]+)+$")]
    private static partial Regex TypeName();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
