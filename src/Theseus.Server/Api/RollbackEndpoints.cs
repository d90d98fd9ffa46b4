using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>What can be gone back to, going back in an emergency, and stopping the line.</summary>
internal static class RollbackEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/rollback-points", PointsAsync).Describes<Page<RollbackOffer>>("RollbackPoints", "The rollback points that are kept, the newest first, and whether each can be used now.");
        api.MapPost("/emergency-rollback", EmergencyAsync).RequireAuthorization(AccessPolicies.Operate).Takes<EmergencyBody>()
            .Describes<EmergencyView>("EmergencyRollback", "Brings components back at once, all together; also while the line is stopped. One that cannot go back does not hold up the others.")
            .TakesKey("Names the order, for who may have to give it twice: the same key with the same body is answered as before, and nothing more goes back.");
        api.MapGet("/line", LineAsync).Describes<LineStatus>("Line", "Whether upgrades may begin and go forward.");
        api.MapPost("/line/stop", StopAsync).RequireAuthorization(AccessPolicies.Operate).Takes<OrderBody>()
            .Describes<LineStopped>("StopLine", "Stops the line: every upgrade that goes forward pauses at once, and none begins.");
        api.MapPost("/line/restart", RestartAsync).RequireAuthorization(AccessPolicies.Operate).Takes<OrderBody>(isOptional: true)
            .Describes<LineStatus>("RestartLine", "Lets the line run again. What was paused stays so until it is resumed.");
    }

    private static async Task<IResult> PointsAsync(HttpContext context, ControlPlane plane, [Description("Only the points of one component.")] string? component) =>
        Answers.Ok(new Page<RollbackOffer>(await plane.Rollback.GetPointsAsync(component, context.RequestAborted).ConfigureAwait(false)));

    private static async Task<IResult> EmergencyAsync(HttpContext context, ControlPlane plane)
    {
        var key = IdempotencyKey.Read(context);
        var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var (components, all, why) = (body.Texts("components"), body.Flag("all") ?? false, body.Text("why", isRequired: true));
        // To mean all by leaving something out would be a dear slip of the pen.
        if (all == components.Count > 0)
        {
            body.Fault("components", "Name the components, or say \"all\": true; not both, and not neither.");
        }

        body.ThrowIfFaulty();
        return Answers.Ok(new EmergencyView(await plane.Rollback.RollBackInEmergencyAsync(components, Caller.Name(context), why!, key, context.RequestAborted).ConfigureAwait(false)));
    }

    private static async Task<IResult> LineAsync(HttpContext context, ControlPlane plane)
    {
        var why = await plane.Upgrades.GetLineStopAsync(context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(new LineStatus(why is not null, why));
    }

    private static async Task<IResult> StopAsync(HttpContext context, ControlPlane plane)
    {
        var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var why = body.Text("why", isRequired: true);
        body.ThrowIfFaulty();
        return Answers.Ok(new LineStopped(await plane.Upgrades.StopTheLineAsync(Caller.Name(context), why!, context.RequestAborted).ConfigureAwait(false)));
    }

    private static async Task<IResult> RestartAsync(HttpContext context, ControlPlane plane)
    {
        var body = await JsonBody.ReadAsync(context, isOptional: true).ConfigureAwait(false);
        var why = body.Text("why");
        body.ThrowIfFaulty();
        await plane.Upgrades.RestartTheLineAsync(Caller.Name(context), why ?? "", context.RequestAborted).ConfigureAwait(false);
        return await LineAsync(context, plane).ConfigureAwait(false);
    }
}
