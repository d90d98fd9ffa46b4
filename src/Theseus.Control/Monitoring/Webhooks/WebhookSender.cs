using System.Globalization;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Theseus.Control.Monitoring;

/// <summary>
/// Tells one webhook of alerts, in order: each again and again, with pauses that grow, until it is taken or given up. A
/// message may be taken twice, when the answer was lost; its id is the same. Thread-safe.
/// </summary>
/// <remarks>What waits is in memory, at most a thousand messages, the oldest given up first; it does not outlive the process.</remarks>
internal sealed partial class WebhookSender : IDisposable
{
    private const int MostWaiting = 1000;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(10);

    private readonly Webhook _webhook;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<(AlertMessage Message, DateTimeOffset Since)> _waiting;
    private readonly HttpClient _http;

    public WebhookSender(Webhook webhook, TimeProvider time, ILogger logger)
    {
        (_webhook, _time, _logger) = (webhook, time, logger);
        _waiting = Channel.CreateBounded<(AlertMessage Message, DateTimeOffset Since)>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            dropped => LogGivenUp(logger, webhook.Name, dropped.Message.Id, "too many wait before it"));
        // Its address was chosen by who runs this; where it would send us on to was not.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = webhook.Timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxResponseHeadersLength = 32 })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Has an alert's change told.</summary>
    public void Add(Alert alert)
    {
        if (alert.Severity >= _webhook.Least)
        {
            var now = _time.GetUtcNow();
            _waiting.Writer.TryWrite((AlertMessage.Of(alert, now), now));
        }
    }

    /// <summary>Sends until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (message, since) in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await DeliverAsync(message, since, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task DeliverAsync(AlertMessage message, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var pause = _webhook.FirstPause;
        while (true)
        {
            if (await TryAsync(message, cancellationToken).ConfigureAwait(false) is not { } problem)
            {
                return;
            }

            if (_time.GetUtcNow() - since >= _webhook.GiveUpAfter)
            {
                LogGivenUp(_logger, _webhook.Name, message.Id, problem);
                return;
            }

            LogNotTaken(_logger, _webhook.Name, message.Id, problem);
            // From half of it to all of it, so that many who lost one receiver do not come back at once.
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble() / 2), _time, cancellationToken).ConfigureAwait(false);
            pause = 2 * pause < s_longestPause ? 2 * pause : s_longestPause;
        }
    }

    /// <summary>Tries once. Returns what went wrong, in words; null when the message was taken.</summary>
    private async Task<string?> TryAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_webhook.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var sentAt = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, _webhook.Address) { Content = new ReadOnlyMemoryContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(AlertMessage.MediaType, "utf-8");
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", sentAt.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", message.Sign(_webhook.Secret.Span, sentAt));
        try
        {
            // What it answers beyond its status is not read.
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? null : $"it answered {(int)answer.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"it did not answer within {_webhook.Timeout.TotalSeconds:0.###} s";
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }

    [LoggerMessage(2911, LogLevel.Warning, "Webhook '{Webhook}' did not take message {Message}; it is tried again: {Problem}")]
    private static partial void LogNotTaken(ILogger logger, string webhook, string message, string problem);

    [LoggerMessage(2912, LogLevel.Error, "Webhook '{Webhook}' is not told message {Message} any more: {Problem}")]
    private static partial void LogGivenUp(ILogger logger, string webhook, string message, string problem);
}
