using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control;
using Theseus.Control.Analysis;
using Theseus.Control.Upgrades;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>Upgrades: looked at, asked for, and steered.</summary>
internal static class UpgradeEndpoints
{
    // Well below what callers wait for an answer, and what the request itself may take.
    private static readonly TimeSpan s_longestLook = TimeSpan.FromSeconds(20);

    private delegate Task<UpgradeRecord> Order(ControlPlane plane, string id, string who, string why, CancellationToken cancellationToken);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/upgrades", ListAsync).Describes<Page<UpgradeRecord>>("Upgrades", "The upgrades, the newest first.");
        api.MapGet("/upgrades/{id}", GetAsync).Describes<UpgradeRecord>("Upgrade", "One upgrade, as it stands.").Refuses(StatusCodes.Status404NotFound);
        api.MapGet("/upgrades/{id}/judgement", JudgementAsync).Describes<JudgementFile>("UpgradeJudgement", "All that an upgrade was judged by so far, to be judged again.").Refuses(StatusCodes.Status404NotFound);
        api.MapPost("/upgrades/plan", PlanAsync).RequireAuthorization(AccessPolicies.Operate).Takes<UpgradeBody>()
            .Describes<UpgradePlanView>("PlanUpgrade", "What an upgrade would be. Nothing is stored, and nothing begins.");
        api.MapPost("/upgrades", StartAsync).RequireAuthorization(AccessPolicies.Operate).Takes<UpgradeBody>()
            .Describes<UpgradeRecord>("StartUpgrade", "Asks for an upgrade. Answered when it was found possible and is on record (202), or was by the same Idempotency-Key (200).", StatusCodes.Status202Accepted)
            .Produces<UpgradeRecord>().Refuses(StatusCodes.Status404NotFound).TakesKey("Names the request, for who may have to ask twice: the same key with the same body is the same upgrade.");
        MapOrder(api, "pause", "PauseUpgrade", "Has an upgrade stand still where it is.", (plane, id, who, why, token) => plane.Upgrades.PauseAsync(id, who, why, token));
        MapOrder(api, "resume", "ResumeUpgrade", "Has a paused upgrade go on. The wave that it stands in is watched anew.", (plane, id, who, why, token) => plane.Upgrades.ResumeAsync(id, who, why, token));
        MapOrder(api, "cancel", "CancelUpgrade", "Ends an upgrade whose release has had no calls yet.", (plane, id, who, why, token) => plane.Upgrades.CancelAsync(id, who, why, token));
        MapOrder(api, "promote", "PromoteUpgrade", "Ends the wave that is being watched, as passed.", (plane, id, who, why, token) => plane.Upgrades.PromoteAsync(id, who, why, token));
        api.MapPost("/upgrades/{id}/rollback", RollBackAsync).RequireAuthorization(AccessPolicies.Operate).Takes<RollbackBody>(isOptional: true)
            .Describes<UpgradeRecord>("RollBackUpgrade", "Takes an upgrade back: at once while it runs; after its end by an upgrade the other way around, which is answered.")
            .Refuses(StatusCodes.Status404NotFound).TakesKey("Names the order, for who may have to give it twice: the same key with the same body is answered as before.");
        api.MapPost("/upgrades/{id}/approve", ApproveAsync).RequireAuthorization(AccessPolicies.Approve).Takes<ApprovalBody>()
            .Describes<UpgradeRecord>("ApproveUpgrade", "Approves the plan of the digest. Not for whoever asked for the upgrade.")
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static void MapOrder(RouteGroupBuilder api, string order, string name, string what, Order give) =>
        api.MapPost($"/upgrades/{{id}}/{order}", async (HttpContext context, ControlPlane plane, string id) =>
            {
                var body = await JsonBody.ReadAsync(context, isOptional: true).ConfigureAwait(false);
                var why = body.Text("why");
                body.ThrowIfFaulty();
                return Answers.Ok(await give(plane, id, Caller.Name(context), why ?? "", context.RequestAborted).ConfigureAwait(false));
            })
            .RequireAuthorization(AccessPolicies.Operate).Takes<OrderBody>(isOptional: true).Describes<UpgradeRecord>(name, what)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<IResult> RollBackAsync(HttpContext context, ControlPlane plane, string id)
    {
        var key = IdempotencyKey.Read(context);
        var body = await JsonBody.ReadAsync(context, isOptional: true).ConfigureAwait(false);
        var why = body.Text("why");
        var state = body.Name<ReturningState>("state") ?? ReturningState.OfNow;
        body.ThrowIfFaulty();
        return Answers.Ok(await plane.Rollback.RollBackAsync(id, Caller.Name(context), why ?? "", state, key, context.RequestAborted).ConfigureAwait(false));
    }

    private static async Task<IResult> ListAsync(HttpContext context, ControlPlane plane, [Description("Where the part begins: from 'next' of the part before.")] string? before, [Description("How many at most, from 1 to 500; 50 if left out.")] string? count)
    {
        var cursor = Cursor.Read(before, count);
        var found = await plane.Upgrades.GetHistoryAsync(cursor.Before, cursor.Count + 1, context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(cursor.Page(context, found, upgrade => upgrade.Number));
    }

    private static async Task<IResult> GetAsync(HttpContext context, ControlPlane plane, string id) =>
        Answers.Ok(await plane.Upgrades.FindAsync(id, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(id));

    private static async Task<IResult> JudgementAsync(HttpContext context, ControlPlane plane, string id) =>
        Answers.Ok(await plane.Upgrades.ReadJudgementAsync(id, context.RequestAborted).ConfigureAwait(false) ?? throw Unknown(id));

    private static async Task<IResult> PlanAsync(HttpContext context, ControlPlane plane)
    {
        var request = UpgradeReader.Read(await JsonBody.ReadAsync(context).ConfigureAwait(false), Caller.Name(context), key: null);
        var preview = await plane.Upgrades.PlanAsync(request, context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(new UpgradePlanView(preview.Plan, preview.Plan is { } plan ? PlanText.Write(plan) : null, preview.Problems, preview.Findings));
    }

    private static async Task<IResult> StartAsync(HttpContext context, ControlPlane plane)
    {
        var key = IdempotencyKey.Read(context);
        var request = UpgradeReader.Read(await JsonBody.ReadAsync(context).ConfigureAwait(false), Caller.Name(context), key);
        var (upgrade, isNew) = await plane.Upgrades.StartCheckedAsync(request, s_longestLook, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Location = $"{context.Request.PathBase}{context.Request.Path.Value!.TrimEnd('/')}/{upgrade.Id}";
        return Answers.Of(upgrade, isNew ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
    }

    private static async Task<IResult> ApproveAsync(HttpContext context, ControlPlane plane, string id)
    {
        var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var (digest, why) = (body.Text("digest", isRequired: true), body.Text("why"));
        body.ThrowIfFaulty();
        return Answers.Ok(await plane.Upgrades.ApproveAsync(id, digest!, Caller.Name(context), why ?? "", context.RequestAborted).ConfigureAwait(false));
    }

    internal static ApiProblemException Unknown(string id) => Problem.Of(ErrorCode.UnknownUpgrade, $"There is no upgrade {id}.");
}
