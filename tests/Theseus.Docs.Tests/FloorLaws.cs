using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Theseus.Docs.Tests;

/// <summary>The floors of docs/architecture.md: an import never runs upwards.</summary>
public sealed partial class FloorLaws
{
    private static readonly Dictionary<string, int> _floors = Row().Matches(Repository.Read("docs/architecture.md"))
        .ToDictionary(row => row.Groups["room"].Value, row => int.TryParse(row.Groups["floor"].Value, out var floor) ? floor : int.MaxValue);

    private static readonly IReadOnlyList<string> _projects = Repository.Files("src", "*.csproj");

    [Fact]
    public void EveryProjectHasAFloorAndEveryFloorIsAProjects() =>
        Assert.Equal(_projects.Select(RoomOf).Order(StringComparer.Ordinal), _floors.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void NoProjectReferencesOneOnAHigherFloor()
    {
        var references =
            from project in _projects
            from reference in XDocument.Load(Repository.InRoot(project)).Descendants("ProjectReference")
            let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
            select (From: RoomOf(project), To: target);

        Assert.NotEmpty(references);
        Assert.DoesNotContain(references, one => _floors[one.To] > _floors[one.From]);
    }

    private static string RoomOf(string project) => Path.GetFileNameWithoutExtension(project);

    [GeneratedRegex(@"^\| (?<floor>\S+) \| `src/(?<room>[\w.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
