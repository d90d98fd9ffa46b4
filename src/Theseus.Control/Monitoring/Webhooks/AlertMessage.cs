using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Theseus.Control.Monitoring;

/// <summary>An alert's change as a CloudEvent (version 1.0, structured, in JSON). Immutable.</summary>
/// <param name="Id">Its id, the same at each try: <c>ALERT-REVISION</c>.</param>
/// <param name="Body">What is sent.</param>
internal sealed record AlertMessage(string Id, ReadOnlyMemory<byte> Body)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>Makes the message of an alert as it stands after a change.</summary>
    public static AlertMessage Of(Alert alert, DateTimeOffset now)
    {
        var id = $"{alert.Id}-{alert.Revision}";
        var what = alert.State switch
        {
            AlertState.Raised => "raised",
            AlertState.Acknowledged => "acknowledged",
            _ => "cleared",
        };
        var cloudEvent = new CloudEvent("1.0", id, "/theseus", $"theseus.alert.{what}", $"{alert.Rule}/{alert.Subject}", now, "application/json", alert);
        return new(id, JsonSerializer.SerializeToUtf8Bytes(cloudEvent, AlertJson.Plain.CloudEvent));
    }

    /// <summary>
    /// The signature of one try, as Standard Webhooks have it: HMAC-SHA256 over id, moment and body, so that neither can be
    /// exchanged, and a receiver can refuse what is old.
    /// </summary>
    /// <param name="secret">The secret.</param>
    /// <param name="sentAt">The moment of the try, in seconds since 1970.</param>
    public string Sign(ReadOnlySpan<byte> secret, long sentAt)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{Id}.{sentAt}."));
        hmac.AppendData(Body.Span);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }
}

/// <summary>A CloudEvent about an alert.</summary>
internal sealed record CloudEvent(
    [property: JsonPropertyName("specversion")] string SpecVersion,
    string Id,
    string Source,
    string Type,
    string Subject,
    DateTimeOffset Time,
    [property: JsonPropertyName("datacontenttype")] string DataContentType,
    Alert Data);

/// <summary>How messages are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(CloudEvent))]
internal sealed partial class AlertJson : JsonSerializerContext
{
    public static AlertJson Plain => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
