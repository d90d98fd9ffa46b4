using NuGet.Versioning;
using Theseus.Control;

namespace Theseus.Server.Api;

/// <summary>Reads what is to be changed of a component out of a body.</summary>
internal static class ComponentReader
{
    private const int MostRanges = 100;

    public static (ComponentChange Change, string Why) Read(JsonBody body)
    {
        var isUnpinned = body.IsNull("pinned");
        var change = new ComponentChange
        {
            Criticality = body.Name<Criticality>("criticality"),
            Labels = body.TextsOrNothingByName("labels"),
            IsHotSwappable = body.Flag("isHotSwappable"),
            Pinned = body.Text("pinned") is { } pinned ? Range(body, "pinned", pinned) : null,
            Unpin = isUnpinned,
            Block = Ranges(body, "block"),
            Unblock = Ranges(body, "unblock"),
        };
        var why = body.Text("why");
        body.ThrowIfFaulty();
        return (change, why ?? "");
    }

    private static List<VersionRange> Ranges(JsonBody body, string name)
    {
        var texts = body.Texts(name);
        if (texts.Count > MostRanges)
        {
            body.Fault(name, $"There are {texts.Count}; {MostRanges} are the most.");
            return [];
        }

        return [.. texts.Select((text, i) => Range(body, $"{name}[{i}]", text)).OfType<VersionRange>()];
    }

    private static VersionRange? Range(JsonBody body, string at, string text)
    {
        // A version without brackets would mean all from it on, which is not what whoever blocks one version means.
        if (text.Trim() is ['[' or '(', ..] && VersionRange.TryParse(text, allowFloating: false, out var range))
        {
            return range;
        }

        body.Fault(at, "It has to be a range in brackets: [1.5.0] for that version alone, [1.0.0,2.0.0) for those from 1.0.0 and below 2.0.0.");
        return null;
    }
}
