using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control.Audit;

namespace Theseus.Server.Api;

/// <summary>The record of all that was changed.</summary>
internal static class AuditEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/audit", ListAsync).Describes<Page<AuditRecord>>("Audit", "The record of all that was changed, the newest first; of one subject, or of all.");
        api.MapGet("/audit/verify", VerifyAsync).Describes<AuditVerification>("VerifyAudit", "Looks for records that were changed, removed, added or put elsewhere; with a hash that was kept elsewhere also for a chain that was written anew.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, ControlPlane plane, [Description("Where the part begins: from 'next' of the part before.")] string? before, [Description("How many at most, from 1 to 500; 50 if left out.")] string? count, [Description("Only the records of one subject: an upgrade's id, 'token ID', or 'line'.")] string? subject)
    {
        var cursor = Cursor.Read(before, count);
        var found = await plane.Audit.ReadAsync(cursor.Before, cursor.Count + 1, subject, context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(cursor.Page(context, found, record => record.Sequence, subject is null ? "" : $"&subject={Uri.EscapeDataString(subject)}"));
    }

    private static async Task<IResult> VerifyAsync(HttpContext context, ControlPlane plane, [Description("A record's hash that was kept elsewhere.")] string? knownHash) =>
        Answers.Ok(await plane.Audit.VerifyAsync(knownHash, context.RequestAborted).ConfigureAwait(false));
}
