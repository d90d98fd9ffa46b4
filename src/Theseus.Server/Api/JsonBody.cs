using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Theseus.Server.Api;

/// <summary>Reads an object of a request's body, and collects all that is wrong with it, each with its place.</summary>
internal sealed class JsonBody
{
    public const int LongestText = 2_000;
    private const int DeepestNesting = 16;
    private const string HalfOfAPair = "It has half of a surrogate pair, like \\ud800 by itself, which is no character.";

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = DeepestNesting, AllowDuplicateProperties = false };
    private static readonly JsonElement s_nothing = JsonElement.Parse("{}");

    private readonly JsonElement _element;
    private readonly string _at;
    private readonly List<ApiFault> _faults;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private JsonBody(JsonElement element, string at, List<ApiFault> faults) => (_element, _at, _faults) = (element, at, faults);

    /// <summary>Reads the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isOptional">Whether none is as good as an empty object.</param>
    public static async Task<JsonBody> ReadAsync(HttpContext context, bool isOptional = false)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return isOptional ? new JsonBody(s_nothing, "", []) : throw Problem.Invalid("", "A body is needed, and there is none.");
        }

        var type = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var read) ? read : null;
        if (!context.Request.HasJsonContentType() || (type!.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            throw Problem.Of(ErrorCode.UnsupportedMediaType, "Send the body as 'Content-Type: application/json', in UTF-8.");
        }

        var bytes = await ReadBytesAsync(context).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(bytes, s_options);
            if (FirstUnreadable(document.RootElement, "") is { } place)
            {
                throw Problem.Invalid(place, HalfOfAPair);
            }

            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonBody(document.RootElement.Clone(), "", [])
                : throw Problem.Invalid("", "The body has to be a JSON object.");
        }
        catch (InvalidOperationException)
        {
            // The look for members that are there twice reads their names.
            throw Problem.Invalid("", HalfOfAPair);
        }
        catch (JsonException fault)
        {
            throw Problem.Invalid("", $"The body is no JSON that can be read: {fault.Message}");
        }
    }

    /// <summary>The place of the first text that cannot be read as one, a member's name included; null when all can be.</summary>
    private static string? FirstUnreadable(JsonElement element, string at)
    {
        try
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    _ = element.GetString();
                    return null;
                case JsonValueKind.Array:
                    return element.EnumerateArray().Select((one, i) => FirstUnreadable(one, $"{at}[{i}]")).FirstOrDefault(place => place is not null);
                case JsonValueKind.Object:
                    return element.EnumerateObject().Select(member => FirstUnreadable(member.Value, at.Length > 0 ? $"{at}.{member.Name}" : member.Name)).FirstOrDefault(place => place is not null);
                default:
                    return null;
            }
        }
        catch (InvalidOperationException)
        {
            return at;
        }
    }

    public string? Text(string name, bool isRequired = false, int longest = LongestText)
    {
        if (Member(name, JsonValueKind.String, "a text", isRequired) is not { } value)
        {
            return null;
        }

        var text = value.GetString()!;
        if (text.Length > longest)
        {
            Fault(name, $"It has {text.Length} characters, and may have {longest}.");
        }
        else if (isRequired && string.IsNullOrWhiteSpace(text))
        {
            Fault(name, "It may not be empty.");
        }

        return text;
    }

    public bool? Flag(string name)
    {
        if (Member(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Fault(name, "It has to be true or false.");
        return null;
    }

    public int? Whole(string name)
    {
        if (Member(name, JsonValueKind.Number, "a whole number", isRequired: false) is not { } value)
        {
            return null;
        }

        if (value.TryGetInt32(out var whole))
        {
            return whole;
        }

        Fault(name, "It has to be a whole number that is not as large as that.");
        return null;
    }

    /// <summary>A time in seconds.</summary>
    public TimeSpan? Seconds(string name)
    {
        if (Member(name, JsonValueKind.Number, "a number of seconds", isRequired: false) is not { } value)
        {
            return null;
        }

        // A year is longer than any time that means something here.
        if (value.TryGetDouble(out var seconds) && Math.Abs(seconds) <= TimeSpan.SecondsPerDay * 366)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        Fault(name, "It has to be a number of seconds, within a year.");
        return null;
    }

    public T? Name<T>(string name, bool isRequired = false) where T : struct, Enum
    {
        if (Member(name, JsonValueKind.String, "a text", isRequired) is not { } value)
        {
            return null;
        }

        // Texts alone: the numbers behind the names are nobody's business.
        if (Enum.GetNames<T>().FirstOrDefault(one => one.Equals(value.GetString(), StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            return Enum.Parse<T>(known);
        }

        Fault(name, $"It has to be one of {string.Join(", ", Enum.GetNames<T>())}.");
        return null;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Member(name, JsonValueKind.String, "a text", isRequired: false) is not { } value)
        {
            return null;
        }

        // Without its offset a time would be taken as one of the server's own zone.
        if (value.TryGetDateTime(out var time) && time.Kind != DateTimeKind.Unspecified && value.TryGetDateTimeOffset(out var read))
        {
            return read.ToUniversalTime();
        }

        Fault(name, "It has to be a time with its offset, like 2030-01-31T12:00:00Z.");
        return null;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        var texts = new List<string>();
        foreach (var (element, at) in Elements(name, isRequired: false))
        {
            if (element.ValueKind == JsonValueKind.String)
            {
                texts.Add(element.GetString()!);
            }
            else
            {
                _faults.Add(new ApiFault(at, "It has to be a text."));
            }
        }

        return texts;
    }

    public IReadOnlyList<JsonBody> Objects(string name)
    {
        var objects = new List<JsonBody>();
        foreach (var (element, at) in Elements(name, isRequired: true))
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                objects.Add(new JsonBody(element, at, _faults));
            }
            else
            {
                _faults.Add(new ApiFault(at, "It has to be an object."));
            }
        }

        return objects;
    }

    /// <summary>Whether a member is there, and is null.</summary>
    public bool IsNull(string name)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;
    }

    /// <summary>An object of texts, of which each may be null.</summary>
    public IReadOnlyDictionary<string, string?> TextsOrNothingByName(string name)
    {
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var member in Member(name, JsonValueKind.Object, "an object", isRequired: false)?.EnumerateObject() ?? default)
        {
            if (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            {
                texts[member.Name] = member.Value.GetString();
            }
            else
            {
                _faults.Add(new ApiFault($"{Place(name)}.{member.Name}", "It has to be a text, or null to remove it."));
            }
        }

        return texts;
    }

    /// <summary>An object of texts.</summary>
    public IReadOnlyDictionary<string, string>? TextsByName(string name) => ValuesByName(name, onlyTexts: true);

    /// <summary>An object of texts, numbers, yes and no, and lists of numbers, or of objects of these, each as the text that a person would write.</summary>
    public IReadOnlyDictionary<string, string>? ValuesByName(string name) => ValuesByName(name, onlyTexts: false);

    /// <summary>Notes that something is wrong with a member.</summary>
    public void Fault(string name, string message) => _faults.Add(new ApiFault(Place(name), message));

    /// <summary>Notes members that nobody asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var member in _element.EnumerateObject().Where(one => !_known.Contains(one.Name)))
        {
            var shown = member.Name.Length > 100 ? member.Name[..100] + "…" : member.Name;
            _faults.Add(new ApiFault(Place(shown), $"There is no such member. There are: {string.Join(", ", _known.Order(StringComparer.Ordinal))}."));
        }
    }

    /// <summary>Refuses the request if anything is wrong with it.</summary>
    public void ThrowIfFaulty()
    {
        RefuseOthers();
        if (_faults.Count > 0)
        {
            throw Problem.Invalid(_faults);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpContext context)
    {
        using var read = new MemoryStream();
        var part = new byte[8 * 1024];
        while (await context.Request.Body.ReadAsync(part, context.RequestAborted).ConfigureAwait(false) is > 0 and var count)
        {
            if (read.Length + count > ApiBoundary.LargestBody)
            {
                throw ApiBoundary.TooLarge();
            }

            read.Write(part, 0, count);
        }

        return read.GetBuffer().AsMemory(0, (int)read.Length);
    }

    private Dictionary<string, string>? ValuesByName(string name, bool onlyTexts)
    {
        if (Member(name, JsonValueKind.Object, "an object", isRequired: false) is not { } value)
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        // What belongs together may stand in an object of its own, as it does in answers: its names are as good outside it.
        foreach (var member in value.EnumerateObject().SelectMany(one => !onlyTexts && one.Value.ValueKind == JsonValueKind.Object ? one.Value.EnumerateObject() : (IEnumerable<JsonProperty>)[one]))
        {
            if (member.Value.ValueKind == JsonValueKind.String || (!onlyTexts && IsValue(member.Value)))
            {
                values[member.Name] = Write(member.Value);
            }
            else
            {
                _faults.Add(new ApiFault($"{Place(name)}.{member.Name}", onlyTexts ? "It has to be a text." : "It has to be a text, a number, true or false, or a list of numbers."));
            }
        }

        return values;
    }

    private static bool IsValue(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Number));

    private static string Write(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => Write(value.GetDouble()),
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(one => Write(one.GetDouble()))),
        _ => value.GetBoolean() ? "true" : "false",
    };

    // Without an exponent, which the readers of amounts and shares do not take.
    private static string Write(double number) => number.ToString("0.###############", CultureInfo.InvariantCulture);

    private IEnumerable<(JsonElement Element, string At)> Elements(string name, bool isRequired) =>
        Member(name, JsonValueKind.Array, "a list", isRequired) is { } value ? value.EnumerateArray().Select((one, i) => (one, $"{Place(name)}[{i}]")) : [];

    private JsonElement? Member(string name, JsonValueKind kind, string form, bool isRequired)
    {
        if (Member(name) is not { } value)
        {
            if (isRequired)
            {
                Fault(name, $"It is missing, and has to be {form}.");
            }

            return null;
        }

        if (value.ValueKind == kind)
        {
            return value;
        }

        Fault(name, $"It has to be {form}.");
        return null;
    }

    /// <summary>A member; null when it is left out, or null itself.</summary>
    private JsonElement? Member(string name)
    {
        _known.Add(name);
        return _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private string Place(string name) => _at.Length > 0 ? $"{_at}.{name}" : name;
}
