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

    private static async Task<IResult> ListAsync(HttpContext context, ControlPlane plane, string? before, string? count, string? subject)
    {
        var cursor = Cursor.Read(before, count);
        var found = await plane.Audit.ReadAsync(cursor.Before, cursor.Count + 1, subject, context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(cursor.Page(context, found, record => record.Sequence, subject is null ? "" : $"&subject={Uri.EscapeDataString(subject)}"));
    }

    private static async Task<IResult> VerifyAsync(HttpContext context, ControlPlane plane, string? knownHash) =>
        Answers.Ok(await plane.Audit.VerifyAsync(knownHash, context.RequestAborted).ConfigureAwait(false));
}
