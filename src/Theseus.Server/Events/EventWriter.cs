using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Theseus.Server.Events;

/// <summary>Writes server-sent events, as the HTML standard has them. For one thread at a time.</summary>
internal sealed class EventWriter(HttpResponse response, TimeProvider time)
{
    public const string MediaType = "text/event-stream";

    private long _written = time.GetTimestamp();

    /// <summary>Begins, so that the caller sees that it is connected before anything happens.</summary>
    public Task OpenAsync(CancellationToken cancellationToken)
    {
        response.ContentType = MediaType;
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return WriteAsync("retry: 1000\n\n", cancellationToken);
    }

    /// <summary>Writes an event.</summary>
    public Task SendAsync<T>(long id, string name, T data, CancellationToken cancellationToken) =>
        // JSON as it is written here has no line breaks, which would end the data.
        WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: {name}\ndata: {JsonSerializer.Serialize(data, ApiJson.TypeOf<T>())}\n\n"), cancellationToken);

    /// <summary>Writes a comment when nothing was written for a while.</summary>
    public Task BeatAsync(TimeSpan heartbeat, CancellationToken cancellationToken) =>
        time.GetElapsedTime(_written) < heartbeat ? Task.CompletedTask : WriteAsync(": still there\n\n", cancellationToken);

    private async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
        await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
        _written = time.GetTimestamp();
    }
}
