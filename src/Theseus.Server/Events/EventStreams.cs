using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Theseus.Server.Access;
using Theseus.Server.Api;

namespace Theseus.Server.Events;

/// <summary>Runs event streams: not more than allowed, no longer than their tokens are valid, and to the server's end at most. Thread-safe.</summary>
internal sealed class EventStreams(ControlPlane plane, TheseusApiOptions options, ChangePulse pulse, IHostApplicationLifetime lifetime)
{
    private int _open;

    /// <summary>Runs one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="send">Sends what is new, and tells whether more may come. Called at each beat, one call at a time.</param>
    /// <param name="alsoWakes">What else than a beat has it called again; null for nothing.</param>
    public async Task RunAsync(HttpContext context, Func<EventWriter, CancellationToken, ValueTask<bool>> send, Func<Task>? alsoWakes = null)
    {
        if (Interlocked.Increment(ref _open) > options.MostEventStreams)
        {
            Interlocked.Decrement(ref _open);
            throw Problem.Of(ErrorCode.TooManyStreams, $"{options.MostEventStreams} event streams are open, and that is as many as this server allows. Close one, or ask for lists instead.");
        }

        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await RunToEndAsync(context, send, alsoWakes, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A clean end: the caller comes again with what it saw last.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task RunToEndAsync(HttpContext context, Func<EventWriter, CancellationToken, ValueTask<bool>> send, Func<Task>? alsoWakes, CancellationToken cancellationToken)
    {
        var writer = new EventWriter(context.Response, plane.Time);
        await writer.OpenAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var next = pulse.Next;
            // A token that was revoked meanwhile opens nothing any more, this stream included.
            if (await plane.Tokens.FindAsync(Caller.TokenId(context), cancellationToken).ConfigureAwait(false) is not { } token || !token.IsValidAt(plane.Time.GetUtcNow()))
            {
                return;
            }

            if (!await send(writer, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            await writer.BeatAsync(options.EventHeartbeat, cancellationToken).ConfigureAwait(false);
            await (alsoWakes is null ? next : Task.WhenAny(next, alsoWakes())).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
