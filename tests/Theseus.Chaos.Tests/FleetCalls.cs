using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Theseus.Chaos.Tests;

/// <summary>The fleet's API, by whichever control plane answers: a caller whose connection breaks asks again, with the same key, until a deadline.</summary>
internal sealed class FleetCalls(ProcessFleet fleet, Random random) : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(300);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    public void Dispose() => _http.Dispose();

    /// <summary>Asks any of the control planes.</summary>
    public Task<(HttpStatusCode Status, JsonNode? Answer)> AskAsync(HttpMethod method, string path, JsonObject? body = null, string? key = null) =>
        AskAsync(() => ProcessFleet.ControlPlanes[random.Next(ProcessFleet.ControlPlanes.Count)], method, path, body, key);

    /// <summary>Asks one of them.</summary>
    public Task<(HttpStatusCode Status, JsonNode? Answer)> AskAsync(string controlPlane, string path) => AskAsync(() => controlPlane, HttpMethod.Get, path, null, null);

    private async Task<(HttpStatusCode Status, JsonNode? Answer)> AskAsync(Func<string> choose, HttpMethod method, string path, JsonObject? body, string? key)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(fleet.AddressOf(choose()), $"/api/v1/{path}"));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", fleet.Token);
                request.Content = body is null ? null : JsonContent.Create(body.DeepClone());
                if (key is not null)
                {
                    request.Headers.Add("Idempotency-Key", key);
                }

                using var response = await _http.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                if ((int)response.StatusCode < 500)
                {
                    return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
                }

                ThrowIfLate(begun, $"{path}: {response.StatusCode} {text}");
            }
            catch (Exception lost) when (lost is HttpRequestException or TaskCanceledException or IOException)
            {
                ThrowIfLate(begun, $"{path}: {lost.Message}");
            }

            await Task.Delay(s_again, TimeProvider.System);
        }
    }

    private static void ThrowIfLate(long begun, string why)
    {
        if (TimeProvider.System.GetElapsedTime(begun) > s_deadline)
        {
            throw new TimeoutException(why);
        }
    }
}
