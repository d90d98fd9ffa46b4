using System.Text.Json;
using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>Reads the members of one JSON object; what was not asked for until <see cref="End"/> is unknown.</summary>
internal sealed class JsonMembers
{
    private const string Repack = "Pack the component again.";
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<PackageFault> _faults;
    private readonly string _place;
    private readonly int _faultsBefore;

    public JsonMembers(JsonElement element, string place, List<PackageFault> faults)
    {
        _place = place;
        _faults = faults;
        _faultsBefore = faults.Count;
        foreach (var member in element.EnumerateObject())
        {
            // An unpaired surrogate escape makes a name that cannot be read.
            if (NameOf(member) is not { } name)
                Add(FaultCode.MemberUnknown, "?", "A member's name is not valid text.");
            else if (!_members.TryAdd(name, member.Value))
                Add(FaultCode.MemberDuplicate, name, "It is there twice.");
        }
    }

    public bool HasFaults => _faults.Count > _faultsBefore;

    public bool Has(string name) => _members.ContainsKey(name);

    public void Invalid(string name, string message) => Add(FaultCode.MemberInvalid, name, message);

    public void End()
    {
        foreach (var name in _members.Keys)
        {
            if (!_asked.Contains(name))
                Add(FaultCode.MemberUnknown, name, "It is not known.");
        }
    }

    public string? Text(string name, Func<string, bool> isValid, string expected)
    {
        if (Take(name) is not { } element)
            return null;
        if (TextOf(element) is { } text && isValid(text))
            return text;
        Invalid(name, $"It is not {expected}.");
        return null;
    }

    public string? Component(string name) => Text(name, ComponentName.IsValid, $"a component's name: {ComponentName.Rule}");

    public NuGetVersion? Version(string name) =>
        Text(name, t => NuGetVersion.TryParseStrict(t, out _) || NuGetVersion.TryParse(t, out _), "a version") is { } text ? NuGetVersion.Parse(text) : null;

    public VersionRange? Range(string name) =>
        Text(name, t => VersionRange.TryParse(t, allowFloating: false, out _), "a version range such as '[1.0.0, 2.0.0)'") is { } text ? VersionRange.Parse(text, allowFloating: false) : null;

    public string? Path(string name) => Text(name, t => EntryName.Check(t) is null, "a path inside the package");

    public int Number(string name, int least, int most) => (int)LongNumber(name, least, most);

    public long LongNumber(string name, long least, long most)
    {
        if (Take(name) is not { } element)
            return least;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number >= least && number <= most)
            return number;
        Invalid(name, $"It is not a whole number from {least} to {most}.");
        return least;
    }

    public bool Boolean(string name)
    {
        if (Take(name) is not { } element)
            return false;
        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Invalid(name, "It is not true or false.");
        return element.ValueKind == JsonValueKind.True;
    }

    public T? Object<T>(string name, Func<JsonMembers, T?> read) where T : class
    {
        if (Take(name) is not { } element)
            return null;
        if (element.ValueKind == JsonValueKind.Object)
            return read(new JsonMembers(element, PlaceOf(name), _faults));
        Invalid(name, "It is not an object.");
        return null;
    }

    public List<T>? Array<T>(string name, Func<JsonMembers, T?> read, Func<T, string> key) where T : class
    {
        if (Take(name) is not { } element)
            return null;
        if (element.ValueKind != JsonValueKind.Array)
        {
            Invalid(name, "It is not an array.");
            return null;
        }

        var items = new List<T>(element.GetArrayLength());
        var keys = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var index = 0;
        foreach (var item in element.EnumerateArray())
        {
            var place = $"{name}[{index++}]";
            if (item.ValueKind != JsonValueKind.Object)
                Invalid(place, "It is not an object.");
            else if (read(new JsonMembers(item, PlaceOf(place), _faults)) is { } value)
            {
                items.Add(value);
                if (!keys.Add(key(value)))
                    Invalid(place, $"'{key(value)}' is there twice.");
            }
        }

        return items;
    }

    private JsonElement? Take(string name)
    {
        _asked.Add(name);
        if (_members.TryGetValue(name, out var element))
            return element;
        Add(FaultCode.MemberMissing, name, "It is missing.");
        return null;
    }

    private void Add(FaultCode code, string name, string message) =>
        _faults.Add(new(code, $"{ReleaseManifest.FileName}: {PlaceOf(name)}", message, Repack));

    private string PlaceOf(string name) => _place.Length == 0 ? name : $"{_place}.{name}";

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
