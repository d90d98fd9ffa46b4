using System.Text;
using System.Text.Json.Nodes;
using static Theseus.Packaging.FaultCode;

namespace Theseus.Packaging.Tests.Reading;

public sealed class ManifestLaws
{
    private static readonly string[] optional = ["upgradesFrom"];
    private static readonly string text = Encoding.UTF8.GetString(new DamagedPackage()[ReleaseManifest.FileName].Content);

    /// <summary>Every member of a real manifest, however deep.</summary>
    public static TheoryData<string> Members => [.. MembersOf(Parse(), "")];

    public static TheoryData<string, string> InvalidValues => new()
    {
        { "format", "0" },
        { "component", "\"Counter\"" },
        { "component", "\"\"" },
        { "component", "\"counter.\"" },
        { "component", $"\"{new string('a', 65)}\"" },
        { "version", "\"one\"" },
        { "targetFramework", "\"../net10.0\"" },
        { "contract.type", "\"A, B\"" },
        { "contract.assembly", "\"../B\"" },
        { "contract.range", "\"[1.0.0\"" },
        { "contract.range", "\"1.*\"" },
        { "entry.assembly", "\"lib/net10.0/../x.dll\"" },
        { "entry.assembly", "\"lib/net9.0/x.dll\"" },
        { "entry.type", "\"\"" },
        { "state.kind", "\"None\"" },
        { "state.schema", "-1" },
        { "state.schema", "0" },
        { "state.schema", "1.5" },
        { "state.sharedType", "\"A.B, C\"" },
        { "state.migrations[0].to", "1" },
        { "state.migrations[0].to", "3" },
        { "state.migrations[0].from", "0" },
        { "upgradesFrom", "\"newer\"" },
        { "dependencies[0].component", "\"counter\"" },
        { "dependencies[0].component", "\"clock\"" },
        { "resources.memoryMebibytes", "-1" },
        { "resources.millicores", "3000000000" },
        { "sharedAssemblies[0].version", "\"1.0\"" },
        { "sharedAssemblies[0].name", "\"Theseus.Abstractions, Version=1\"" },
        { "files[0].path", "\"../x\"" },
        { "files[0].path", "\"theseus.json\"" },
        { "files[0].size", "-1" },
        { "files[0].sha256", "\"ABCDEF\"" },
    };

    [Theory, MemberData(nameof(Members))]
    public void AMissingMemberIsToldUnlessItIsOptional(string path)
    {
        var manifest = Parse();
        var (parent, name) = Find(manifest, path);
        parent.AsObject().Remove(name);
        var reading = Read(manifest);
        if (optional.Contains(path))
            Assert.NotNull(reading.Manifest);
        else
            Assert.Contains(reading.Faults, f => f.Code == MemberMissing && f.Place == $"theseus.json: {path}");
    }

    [Theory, MemberData(nameof(Members))]
    public void AnUnknownMemberIsTold(string path)
    {
        var manifest = Parse();
        var (parent, name) = Find(manifest, path);
        parent[name + "X"] = 1;
        var fault = Assert.Single(Read(manifest).Faults);
        Assert.Equal((MemberUnknown, $"theseus.json: {path}X"), (fault.Code, fault.Place));
    }

    [Theory, MemberData(nameof(Members))]
    public void AMemberOfTheWrongKindIsTold(string path)
    {
        foreach (var wrong in new JsonNode?[] { null, new JsonArray(), new JsonObject(), true, 1e99, "\u0000" })
        {
            var manifest = Parse();
            var (parent, name) = Find(manifest, path);
            if (parent[name]!.GetValueKind() == wrong?.GetValueKind() && wrong is JsonArray
                || parent[name]!.GetValueKind() is System.Text.Json.JsonValueKind.False or System.Text.Json.JsonValueKind.True && wrong?.GetValueKind() is System.Text.Json.JsonValueKind.True)
                continue;
            parent[name] = wrong?.DeepClone();
            var reading = Read(manifest);
            Assert.Null(reading.Manifest);
            Assert.All(reading.Faults, f => Assert.StartsWith("theseus.json: ", f.Place));
            Assert.Contains(reading.Faults, f => f.Place.StartsWith($"theseus.json: {path}", StringComparison.Ordinal) && f.Code is MemberInvalid or MemberMissing);
        }
    }

    [Theory, MemberData(nameof(InvalidValues))]
    public void AnInvalidValueIsTold(string path, string json)
    {
        var manifest = Parse();
        if (path == "state.sharedType")
            manifest["state"]!["sharedType"] = "";
        var (parent, name) = Find(manifest, path);
        parent[name] = JsonNode.Parse(json);
        var reading = Read(manifest);
        Assert.Null(reading.Manifest);
        Assert.All(reading.Faults, f => Assert.True(f.Code is MemberInvalid or ManifestFormatUnknown, f.ToString()));
    }

    private static JsonObject Parse() => JsonNode.Parse(text)!.AsObject();

    private static ManifestReading Read(JsonObject manifest) => ManifestJson.Read(Encoding.UTF8.GetBytes(manifest.ToJsonString()));

    private static IEnumerable<string> MembersOf(JsonObject node, string prefix)
    {
        foreach (var (name, value) in node)
        {
            yield return prefix + name;
            var inner = value switch
            {
                JsonObject o => MembersOf(o, $"{prefix}{name}."),
                JsonArray { Count: > 0 } a => MembersOf(a[0]!.AsObject(), $"{prefix}{name}[0]."),
                _ => [],
            };
            foreach (var member in inner)
                yield return member;
        }
    }

    private static (JsonNode Parent, string Name) Find(JsonNode node, string path)
    {
        var parts = path.Replace("[0]", ".0").Split('.');
        foreach (var part in parts[..^1])
            node = part == "0" ? node[0]! : node[part]!;
        return (node, parts[^1]);
    }
}
