using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Theseus.Control.Analysis;

/// <summary>How a server with Prometheus' HTTP API is reached. Set before it is used; not thread-safe.</summary>
public sealed class PrometheusOptions
{
    /// <summary>The server's address, like <c>http://127.0.0.1:9090</c>; null, the default, for none.</summary>
    public Uri? Address { get; set; }

    /// <summary>A bearer token that it asks for; null, the default, for none. Sent over TLS, or within this machine, alone.</summary>
    public string? Token { get; set; }

    /// <summary>
    /// The time between two values; from 1 s to 10 minutes. Default 15 s. Not shorter than the server scrapes what is asked for:
    /// to ask for the same value twice would count it twice.
    /// </summary>
    public TimeSpan Step { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an answer may take; from 1 s to 1 minute. Default 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Says all that is wrong, each with what to write instead; empty for nothing.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Address is { } address)
        {
            if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0 || address.Query.Length > 0)
            {
                faults.Add("Prometheus.Address has to be like http://127.0.0.1:9090, without a user or a query.");
            }
            else if (Token is not null && address.Scheme == "http" && !address.IsLoopback)
            {
                faults.Add($"Prometheus.Token could be read on its way to {address.Host}. Use https, or leave the token out.");
            }
        }

        Within("Step", Step, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Within("Timeout", Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        return faults;

        void Within(string name, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                faults.Add($"Prometheus.{name} has to be from {least} to {most}; it is {value}.");
            }
        }
    }
}

/// <summary>A server could not say what was asked for: the message says why, in words.</summary>
internal sealed class MetricException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Asks a server that has Prometheus' HTTP API, version 1. Thread-safe.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private const int LargestAnswer = 4 << 20;
    private const int LongestFault = 300;

    private readonly HttpClient _client;

    public PrometheusServer(PrometheusOptions options)
    {
        var address = options.Address!.ToString();
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(address.EndsWith('/') ? address : address + "/"), Timeout = options.Timeout, MaxResponseContentBufferSize = LargestAnswer,
        };
        if (options.Token is { } token)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>What a query comes to now; null where there is no value.</summary>
    /// <exception cref="MetricException">The server cannot be asked, or the query is wrong, or comes to more than one series.</exception>
    public async Task<double?> QueryAsync(string query, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync("api/v1/query", [new("query", query)], cancellationToken).ConfigureAwait(false);
        return Read(() =>
        {
            var data = answer.RootElement.GetProperty("data");
            var result = data.GetProperty("result");
            return data.GetProperty("resultType").GetString() switch
            {
                "scalar" => Number(result[1]),
                "vector" when result.GetArrayLength() == 0 => (double?)null,
                "vector" when result.GetArrayLength() == 1 => Number(result[0].GetProperty("value")[1]),
                "vector" => throw Several(result),
                var other => throw new MetricException($"It comes to a {other}, and a number is needed; put rate(…) or avg_over_time(…) around it."),
            };
        });
    }

    /// <summary>What a query came to over time, by moment.</summary>
    /// <exception cref="MetricException">The same.</exception>
    public async Task<IReadOnlyDictionary<long, double>> QueryRangeAsync(string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(
            "api/v1/query_range", [new("query", query), new("start", Seconds(from)), new("end", Seconds(to)), new("step", step.TotalSeconds.ToString(CultureInfo.InvariantCulture))], cancellationToken).ConfigureAwait(false);
        return Read(() =>
        {
            var result = answer.RootElement.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() switch
            {
                0 => [],
                1 => result[0].GetProperty("values").EnumerateArray().ToDictionary(value => (long)(value[0].GetDouble() * 1000), value => Number(value[1])),
                _ => throw Several(result),
            };
        });

        static string Seconds(DateTimeOffset moment) => (moment.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
    }

    public void Dispose() => _client.Dispose();

    private async Task<JsonDocument> AskAsync(string path, KeyValuePair<string, string>[] form, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new FormUrlEncodedContent(form);
            using var answer = await _client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken).ConfigureAwait(false);
            var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            if (body.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("status", out var status) && status.ValueEquals("success"))
            {
                return body;
            }

            using (body)
            {
                if (body.RootElement.ValueKind != JsonValueKind.Object)
                {
                    throw NoPrometheus();
                }

                var said = body.RootElement.TryGetProperty("error", out var error) ? error.GetString() ?? "" : $"{(int)answer.StatusCode}";
                throw new MetricException($"Prometheus says: {(said.Length > LongestFault ? said[..LongestFault] : said)}");
            }
        }
        catch (JsonException)
        {
            throw NoPrometheus();
        }
        catch (Exception away) when (away is HttpRequestException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MetricException($"Prometheus does not answer: {away.Message}", away);
        }
    }

    /// <summary>Reads an answer. What is not as it should be is another's.</summary>
    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception odd) when (odd is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            throw NoPrometheus();
        }
    }

    private static MetricException Several(JsonElement result) => new($"It comes to {result.GetArrayLength()} series; put sum(…), avg(…) or max(…) around it.");

    private static MetricException NoPrometheus() => new("What answers at Prometheus' address is no Prometheus, or it asks for a token.");

    private static double Number(JsonElement text) => text.GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var number => double.Parse(number!, NumberStyles.Float, CultureInfo.InvariantCulture),
    };
}
