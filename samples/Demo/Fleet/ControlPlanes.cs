using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Theseus.Control.Upgrades;
using Theseus.Server;

namespace Theseus.Demo.Fleet;

/// <summary>Control planes that share their work, asked over HTTP: one of them, and another when that one does not answer.</summary>
internal sealed class ControlPlanes : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyList<HttpClient> _all;
    private readonly TimeProvider _time;
    private int _asked;

    public ControlPlanes(IEnumerable<Uri> addresses, string token, TimeProvider time)
    {
        _time = time;
        _all = [.. addresses.Select(address => new HttpClient
        {
            BaseAddress = new Uri(address, TheseusApi.Path + "/"),
            Timeout = TimeSpan.FromSeconds(30),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        })];
    }

    /// <summary>Asks for an upgrade, and tells each change of it that is seen, to its end.</summary>
    public async IAsyncEnumerable<UpgradeRecord> UpgradeAsync(UpgradeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The key makes it one upgrade, however often it has to be asked for.
        var key = Guid.NewGuid().ToString("n");
        var upgrade = await AskAsync(() => Start(request, key), cancellationToken);
        yield return upgrade;
        while (!upgrade.HasEnded)
        {
            await Task.Delay(s_look, _time, cancellationToken);
            var now = await AskAsync(() => new HttpRequestMessage(HttpMethod.Get, $"upgrades/{upgrade.Id}"), cancellationToken);
            if (now.Revision > upgrade.Revision)
            {
                upgrade = now;
                yield return upgrade;
            }
        }
    }

    public void Dispose()
    {
        foreach (var one in _all)
        {
            one.Dispose();
        }
    }

    private static HttpRequestMessage Start(UpgradeRequest request, string key)
    {
        var parameters = JsonSerializer.SerializeToNode(request.Parameters, ApiJson.TypeOf<StrategyParameters>())!.AsObject();
        parameters.Remove("strategy");
        var body = new JsonObject
        {
            ["targets"] = new JsonArray([.. request.Targets.Select(target => new JsonObject { ["component"] = target.Component, ["version"] = target.Version })]),
            ["strategy"] = request.Parameters.Strategy.ToString(),
            ["parameters"] = parameters,
            ["reason"] = request.Reason,
        };
        return new HttpRequestMessage(HttpMethod.Post, "upgrades")
        {
            Headers = { { "Idempotency-Key", key } },
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
    }

    private async Task<UpgradeRecord> AskAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        while (true)
        {
            try
            {
                using var message = request();
                using var response = await _all[_asked].SendAsync(message, cancellationToken);
                var json = await response.Content.ReadAsStringAsync(cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return JsonSerializer.Deserialize(json, ApiJson.TypeOf<UpgradeRecord>())!;
                }

                if ((int)response.StatusCode < 500)
                {
                    throw new InvalidOperationException($"A control plane refused what the demo asked for: {json}");
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested && _time.GetElapsedTime(begun) < s_longestSilence)
            {
            }

            // It is away, or cannot: whoever shares its work may.
            _asked = (_asked + 1) % _all.Count;
            await Task.Delay(s_look, _time, cancellationToken);
        }
    }
}
