using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Server.Api;

namespace Theseus.Server.Events;

/// <summary>Changes, told as they happen.</summary>
internal static class EventEndpoints
{
    private const string LastSeen = "Last-Event-ID";
    private const int Batch = 200;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/events", ChangesAsync).WithMetadata(new StreamMark())
            .Describes<AuditRecord>("Events", "Every change as it is stored, as server-sent events. Resumes after Last-Event-ID, or ?after=; without either it begins with the next one.", contentType: EventWriter.MediaType)
            .Reads(LastSeen, "The id of the event that was seen last.");
        api.MapGet("/upgrades/{id}/events", UpgradeAsync).WithMetadata(new StreamMark())
            .Describes<UpgradeRecord>("UpgradeEvents", "An upgrade as it stands and at each change, as server-sent events, to its end.", contentType: EventWriter.MediaType)
            .Reads(LastSeen, "The id of the event that was seen last.");
    }

    private static async Task<IResult> ChangesAsync(HttpContext context, ControlPlane plane, EventStreams streams, [Description("The id of the event that was seen last; 0 for all that there are. Last-Event-ID goes before it.")] string? after)
    {
        var asked = ReadLastSeen(context, after);
        var newest = await plane.Audit.ReadAsync(null, 1, null, context.RequestAborted).ConfigureAwait(false) is [var record] ? record.Sequence : 0;
        if (asked > newest)
        {
            throw Problem.Invalid(LastSeen, $"The newest change is {newest}. A higher one was not told by this database: begin anew without it.");
        }

        var told = asked ?? newest;
        await streams.RunAsync(
            context,
            async (writer, token) =>
            {
                while (await plane.Audit.ReadAfterAsync(told, Batch, token).ConfigureAwait(false) is { Count: > 0 } changes)
                {
                    foreach (var change in changes)
                    {
                        await writer.SendAsync(change.Sequence, "change", change, token).ConfigureAwait(false);
                        told = change.Sequence;
                    }
                }

                return true;
            }).ConfigureAwait(false);
        return Results.Empty;
    }

    private static async Task<IResult> UpgradeAsync(HttpContext context, ControlPlane plane, EventStreams streams, string id)
    {
        var told = ReadLastSeen(context, null) ?? 0;
        if (await plane.Upgrades.FindAsync(id, context.RequestAborted).ConfigureAwait(false) is not { } present)
        {
            throw UpgradeEndpoints.Unknown(id);
        }

        if (present.HasEnded && present.Revision <= told)
        {
            // Which tells a browser not to connect again.
            return Results.NoContent();
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var changes = plane.Upgrades.WatchAsync(id, over.Token).GetAsyncEnumerator(over.Token);
        var next = changes.MoveNextAsync().AsTask();
        try
        {
            await streams.RunAsync(
                context,
                async (writer, token) =>
                {
                    while (next.IsCompleted)
                    {
                        if (!await next.ConfigureAwait(false))
                        {
                            return false;
                        }

                        if (changes.Current.Revision > told)
                        {
                            told = changes.Current.Revision;
                            await writer.SendAsync(told, "upgrade", changes.Current, token).ConfigureAwait(false);
                        }

                        next = changes.MoveNextAsync().AsTask();
                    }

                    return true;
                },
                () => next).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Results.Empty;
    }

    /// <summary>What the caller has seen last: as a browser says it when it connects again, or as the query does.</summary>
    private static long? ReadLastSeen(HttpContext context, string? after)
    {
        var header = context.Request.Headers[LastSeen].ToString();
        var (text, at) = header.Length > 0 ? (header, LastSeen) : (after, "after");
        return text is null ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Problem.Invalid(at, "It has to be the id of an event: a number from 0.");
    }
}
