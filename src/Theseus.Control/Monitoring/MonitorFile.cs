using System.Text.Json;
using System.Text.Json.Serialization;

namespace Theseus.Control.Monitoring;

/// <summary>
/// What a fleet is monitored by, in a JSON file: <c>interval</c>, <c>rules</c>, <c>without</c>, which names default rules to
/// leave out, and <c>webhooks</c>.
/// </summary>
public static class MonitorFile
{
    private const int LargestFile = 1 << 20;

    /// <summary>Reads one, over what the options have. A rule takes the place of the one with its name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The options, which are changed only when the file is right.</param>
    /// <exception cref="ArgumentException">The file is not right; the message has all that is wrong, and no secret.</exception>
    /// <exception cref="IOException">It, or a file that it names, cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It, or a file that it names, must not be read.</exception>
    public static void Read(string path, MonitorOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        if (new FileInfo(path).Length > LargestFile)
        {
            throw new ArgumentException($"'{path}' has more than 1 MiB; that is no file of a monitor.");
        }

        MonitorForm form;
        try
        {
            form = JsonSerializer.Deserialize(File.ReadAllBytes(path), MonitorFileJson.Default.MonitorForm) ?? throw new JsonException("It is null.");
        }
        catch (JsonException wrong)
        {
            throw new ArgumentException($"'{path}' cannot be read: {wrong.Message}", wrong);
        }

        var faults = new List<string>();
        foreach (var unknown in form.Without.Where(name => options.Rules.All(rule => rule.Name != name)))
        {
            faults.Add($"There is no rule '{unknown}' to leave out. There is: {string.Join(", ", options.Rules.Select(rule => rule.Name))}.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var webhooks = form.Webhooks.Select(one => Read(one, folder, faults)).OfType<Webhook>().ToList();
        var changed = new MonitorOptions { Interval = form.Interval ?? options.Interval, Kept = options.Kept, MostSeries = options.MostSeries, ClearedKept = options.ClearedKept };
        Replace(changed.Rules, [.. options.Rules.Where(rule => !form.Without.Contains(rule.Name) && form.Rules.All(own => own.Name != rule.Name)), .. form.Rules]);
        Replace(changed.Webhooks, [.. options.Webhooks, .. webhooks]);
        faults.AddRange(changed.Validate());
        if (faults.Count > 0)
        {
            throw new ArgumentException($"'{path}' is not right: {string.Join(" ", faults)}");
        }

        options.Interval = changed.Interval;
        Replace(options.Rules, [.. changed.Rules]);
        Replace(options.Webhooks, [.. changed.Webhooks]);
    }

    private static Webhook? Read(WebhookForm form, string folder, List<string> faults)
    {
        if (!Uri.TryCreate(form.Address, UriKind.Absolute, out var address) || string.IsNullOrWhiteSpace(form.SecretFile))
        {
            faults.Add($"Webhook '{form.Name}': it needs an address, and a secretFile: a file with 24 to 64 bytes, written in base64.");
            return null;
        }

        try
        {
            var text = File.ReadAllText(Path.Combine(folder, form.SecretFile)).Trim();
            // The prefix that other tools write before such secrets.
            var secret = Convert.FromBase64String(text.StartsWith("whsec_", StringComparison.Ordinal) ? text["whsec_".Length..] : text);
            return new Webhook { Name = form.Name, Address = address, Secret = secret, Least = form.Least };
        }
        catch (FormatException)
        {
            faults.Add($"Webhook '{form.Name}': what is in '{form.SecretFile}' is not base64. 'openssl rand -base64 32' writes a secret.");
            return null;
        }
    }

    private static void Replace<T>(IList<T> list, IReadOnlyList<T> by)
    {
        list.Clear();
        foreach (var one in by)
        {
            list.Add(one);
        }
    }
}

/// <summary>The file's form.</summary>
internal sealed record MonitorForm
{
    public TimeSpan? Interval { get; init; }

    public IReadOnlyList<AlertRule> Rules { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string> Without { get; init => field = value ?? []; } = [];

    public IReadOnlyList<WebhookForm> Webhooks { get; init => field = value ?? []; } = [];
}

/// <summary>A webhook in the file.</summary>
internal sealed record WebhookForm
{
    public required string Name { get; init; }

    public string? Address { get; init; }

    public string? SecretFile { get; init; }

    public AlertSeverity Least { get; init; } = AlertSeverity.Warning;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    PropertyNameCaseInsensitive = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(MonitorForm))]
internal sealed partial class MonitorFileJson : JsonSerializerContext;
