using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Theseus.Server.Tests;

/// <summary>Reads a stream of events, as a user's program would.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _deadline = new(RunningServer.Deadline);
    private readonly HttpResponseMessage _answer;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private EventReader(HttpResponseMessage answer, Stream stream)
    {
        _answer = answer;
        _events = SseParser.Create(stream).EnumerateAsync(_deadline.Token).GetAsyncEnumerator(_deadline.Token);
    }

    public static async Task<EventReader> OpenAsync(HttpClient client, string path, string? lastSeen = null)
    {
        var answer = await TryOpenAsync(client, path, lastSeen);
        Assert.True(answer.IsSuccessStatusCode, answer.StatusCode.ToString());
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new EventReader(answer, await answer.Content.ReadAsStreamAsync());
    }

    public static Task<HttpResponseMessage> TryOpenAsync(HttpClient client, string path, string? lastSeen = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Calls.Api + path);
        if (lastSeen is not null)
        {
            request.Headers.Add("Last-Event-ID", lastSeen);
        }

        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The next event; null at the stream's end.</summary>
    public async Task<(long Id, T Data)?> NextAsync<T>(string name)
    {
        if (!await _events.MoveNextAsync())
        {
            return null;
        }

        Assert.Equal(name, _events.Current.EventType);
        return (long.Parse(_events.Current.EventId!), JsonSerializer.Deserialize(_events.Current.Data, ApiJson.TypeOf<T>())!);
    }

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        _answer.Dispose();
        _deadline.Dispose();
    }
}
