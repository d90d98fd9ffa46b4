using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary>A control plane's answer: as it was written, and what it says.</summary>
internal sealed record ControlAnswer<T>(T Value, string Json);

/// <summary>Asks a control plane by its HTTP API. Thread-safe.</summary>
internal sealed class ControlClient : IDisposable
{
    private const int LargestAnswer = 64 << 20;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);

    private readonly HttpClient _http;

    public ControlClient(Uri server, string token)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(server, TheseusApi.Path + "/"),
            Timeout = s_longest,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Dispose() => _http.Dispose();

    public Task<ControlAnswer<T>> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Get, path, null, null, cancellationToken);

    public Task<ControlAnswer<T>> PostAsync<T>(string path, JsonObject body, CancellationToken cancellationToken, string? key = null) =>
        SendAsync<T>(HttpMethod.Post, path, body, key, cancellationToken);

    public Task<ControlAnswer<T>> PatchAsync<T>(string path, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Patch, path, body, null, cancellationToken);

    public Task<ControlAnswer<T>> DeleteAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Delete, path, null, null, cancellationToken);

    /// <summary>Server-sent events, each one's data. Connects anew when the connection is lost, until the server says that there is no more.</summary>
    /// <param name="path">The stream's path.</param>
    /// <param name="isLast">Whether the stream ends with it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<T> WatchAsync<T>(string path, Func<T, bool> isLast, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = "";
        for (var failures = 0; failures < 5; failures++)
        {
            var events = ReadEventsAsync(path, seen, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (events.ConfigureAwait(false))
            {
                while (await NextAsync(events, failures == 4).ConfigureAwait(false) is { } one)
                {
                    failures = 0;
                    seen = one.Id;
                    var value = JsonSerializer.Deserialize(one.Data, ApiJson.TypeOf<T>())!;
                    yield return value;
                    if (isLast(value))
                    {
                        yield break;
                    }
                }
            }
        }
    }

    private static async Task<(string Id, string Data)?> NextAsync(IAsyncEnumerator<(string Id, string Data)> events, bool isLastTry)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false) ? events.Current : null;
        }
        catch (Exception lost) when (!isLastTry && lost is IOException or HttpRequestException)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<(string Id, string Data)> ReadEventsAsync(string path, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (after.Length > 0)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        await ThrowIfProblemAsync(response, cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), Encoding.UTF8);
        var (id, data) = ("", new StringBuilder());
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0 && data.Length > 0)
            {
                yield return (id, data.ToString());
                data.Clear();
            }
            else if (line.StartsWith("id:", StringComparison.Ordinal))
            {
                id = line[3..].Trim();
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                data.Append(line.AsSpan(5).TrimStart(' '));
            }
        }
    }

    private async Task<ControlAnswer<T>> SendAsync<T>(HttpMethod method, string path, JsonObject? body, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await ThrowIfProblemAsync(response, cancellationToken).ConfigureAwait(false);
        var json = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return new ControlAnswer<T>(JsonSerializer.Deserialize(json, ApiJson.TypeOf<T>())!, json);
    }

    private static async Task ThrowIfProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        throw new ControlProblemException(response.StatusCode, Read(text) ?? new ApiProblem { Code = "no-control-plane", Detail = $"What answers at {response.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Authority)} is no control plane of Theseus (status {(int)response.StatusCode})." });
    }

    private static ApiProblem? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ApiJson.TypeOf<ApiProblem>()) is { Code.Length: > 0 } problem ? problem : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A control plane did not do what it was asked for.</summary>
internal sealed class ControlProblemException(HttpStatusCode status, ApiProblem problem) : Exception(problem.Detail)
{
    public ApiProblem Problem { get; } = problem;

    public int ExitCode => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests => Cli.ExitCode.NotAllowed,
        HttpStatusCode.NotFound => Cli.ExitCode.NotFound,
        HttpStatusCode.Conflict when Problem.Code == ErrorCode.ReleaseRefused.Name => Cli.ExitCode.ReleaseRefused,
        HttpStatusCode.ServiceUnavailable => Cli.ExitCode.Unreachable,
        >= HttpStatusCode.InternalServerError => Cli.ExitCode.Unexpected,
        _ => Cli.ExitCode.Refused,
    };
}
