using System.Net;

namespace Theseus.Packaging;

/// <summary>
/// Gets an address into a stream, with everything that may go wrong on the way as a value. A request that failed for a
/// passing reason is made again, after a pause that grows, and never past the deadline.
/// </summary>
internal sealed class FeedRequest(HttpClient http, NuGetFeedOptions options, TimeProvider time)
{
    private const int MaxRedirects = 5;

    /// <summary>Null when the whole answer is in the destination.</summary>
    /// <param name="address">The address.</param>
    /// <param name="destination">Where the answer goes; emptied before each try.</param>
    /// <param name="limit">How long the answer may be, in bytes.</param>
    /// <param name="deadline">The overall deadline.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public async ValueTask<FeedFault?> GetAsync(Uri address, Stream destination, long limit, FeedDeadline deadline, CancellationToken cancellationToken)
    {
        using var overall = deadline.Link(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            Failure failure;
            try
            {
                if (await TryOnceAsync(address, destination, limit, overall.Token).ConfigureAwait(false) is not { } failed)
                    return null;
                failure = failed;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && deadline.HasPassed)
            {
                return new(FeedFaultCode.TimedOut, FeedAddress.Shown(address), $"The deadline of {options.OverallTimeout} passed.");
            }

            if (!failure.IsPassing)
                return failure.Fault;
            if (attempt >= options.MaxAttempts)
                return failure.Fault with { Message = $"{failure.Fault.Message} It was tried {attempt} times." };
            var pause = Pause(attempt, failure.After);
            if (pause >= deadline.Left)
                return failure.Fault with { Message = $"{failure.Fault.Message} The deadline leaves no time for another try." };
            try
            {
                await Task.Delay(pause, time, overall.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return failure.Fault;
            }
        }
    }

    private async ValueTask<Failure?> TryOnceAsync(Uri address, Stream destination, long limit, CancellationToken cancellationToken)
    {
        destination.SetLength(0);
        using var silence = new CancellationTokenSource(options.SilenceTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        var place = FeedAddress.Shown(address);
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                using var response = await SendAsync(address, either.Token).ConfigureAwait(false);
                // The client's handler may have followed redirects by itself.
                var reached = response.RequestMessage?.RequestUri ?? address;
                if (!FeedAddress.IsSecure(reached))
                    return new(new(FeedFaultCode.Insecure, place, $"It leads to '{FeedAddress.Shown(reached)}', which is not encrypted."), false);
                if (RedirectOf(response, reached) is { } next)
                {
                    if (redirects == MaxRedirects)
                        return new(new(FeedFaultCode.ProtocolViolated, place, $"It redirects more than {MaxRedirects} times."), false);
                    if (!FeedAddress.IsSecure(next))
                        return new(new(FeedFaultCode.Insecure, place, $"It leads to '{FeedAddress.Shown(next)}', which is not encrypted."), false);
                    address = next;
                    continue;
                }

                if (response.StatusCode != HttpStatusCode.OK)
                    return FailureOf(response, place);
                if (response.Content.Headers.ContentLength > limit)
                    return new(TooLarge(place, limit), false);
                var body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
                await using (body.ConfigureAwait(false))
                    return await CopyAsync(body, destination, limit, place, silence, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The silence timeout, or that of the client itself.
            return new(new(FeedFaultCode.TimedOut, place, $"It was silent for {options.SilenceTimeout}."), true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(new(FeedFaultCode.Unavailable, place, e.Message), true);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (options.Credentials is { } credentials)
            request.Headers.Authorization = await credentials(address, cancellationToken).ConfigureAwait(false);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Failure?> CopyAsync(Stream body, Stream destination, long limit, string place, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var buffer = new byte[81920];
        var total = 0L;
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            total += read;
            if (total > limit)
                return new(TooLarge(place, limit), false);
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            silence.CancelAfter(options.SilenceTimeout);
        }

        return null;
    }

    private Failure FailureOf(HttpResponseMessage response, string place)
    {
        var status = (int)response.StatusCode;
        var after = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        return status switch
        {
            404 or 410 => new(new(FeedFaultCode.NotFound, place, "There is no such thing."), false),
            401 or 403 => new(new(FeedFaultCode.Unauthorized, place, $"It answers {status}: it asks for credentials, or for other ones."), false),
            429 => new(new(FeedFaultCode.Throttled, place, "It answers 429: too many requests."), true, after),
            408 or >= 500 => new(new(FeedFaultCode.Unavailable, place, $"It answers {status}."), true, after),
            _ => new(new(FeedFaultCode.ProtocolViolated, place, $"It answers {status}."), false),
        };
    }

    private static Uri? RedirectOf(HttpResponseMessage response, Uri address) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location ? new Uri(address, location) : null;

    private static FeedFault TooLarge(string place, long limit) => new(FeedFaultCode.TooLarge, place, $"Its answer has more than {limit} bytes, which is the limit.");

    private TimeSpan Pause(int attempt, TimeSpan asked)
    {
        var grown = Math.Min(options.FirstPause.TotalMilliseconds * Math.Pow(2, attempt - 1), options.MaxPause.TotalMilliseconds);
        // Callers that failed together should not come again together.
        var own = TimeSpan.FromMilliseconds(grown * (0.5 + Random.Shared.NextDouble() / 2));
        return own > asked ? own : asked;
    }

    private sealed record Failure(FeedFault Fault, bool IsPassing, TimeSpan After = default);
}
