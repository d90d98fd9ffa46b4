using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>Tokens: listed without their secrets, made, and revoked.</summary>
internal static class TokenEndpoints
{
    private const int LongestName = 100;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/tokens", ListAsync).RequireAuthorization(AccessPolicies.Administer)
            .Describes<Page<TokenView>>("Tokens", "All tokens, the oldest first, revoked and expired ones too; never their secrets.");
        api.MapPost("/tokens", MakeAsync).RequireAuthorization(AccessPolicies.Administer).Takes<TokenBody>()
            .Describes<NewTokenView>("MakeToken", "Makes a token, and tells it this once.", StatusCodes.Status201Created);
        api.MapDelete("/tokens/{id}", RevokeAsync).RequireAuthorization(AccessPolicies.Administer)
            .Describes<TokenView>("RevokeToken", "Revokes a token: from then on it opens nothing.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, ControlPlane plane)
    {
        var now = plane.Time.GetUtcNow();
        var all = await plane.Tokens.ReadAllAsync(context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(new Page<TokenView>([.. all.Select(token => View(token, now))]));
    }

    private static async Task<IResult> MakeAsync(HttpContext context, ControlPlane plane, TokenIssuer issuer)
    {
        var now = plane.Time.GetUtcNow();
        var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var (name, role, expiresAt) = (body.Text("name", isRequired: true, LongestName), body.Name<AccessRole>("role", isRequired: true), body.Time("expiresAt"));
        if (name is not null && (name.Any(char.IsControl) || name != name.Trim() || name.Equals(AuditEntry.System, StringComparison.OrdinalIgnoreCase)))
        {
            body.Fault("name", $"It has to be without control characters and spaces at its ends, and not '{AuditEntry.System}', which is the system's own name.");
        }

        if (expiresAt <= now)
        {
            body.Fault("expiresAt", "It has to lie ahead.");
        }

        body.ThrowIfFaulty();
        var issued = await issuer.IssueAsync(name!, role!.Value, expiresAt, Caller.Name(context), context.RequestAborted).ConfigureAwait(false);
        return Answers.Of(new NewTokenView(issued.Text, View(issued.Token, now)), StatusCodes.Status201Created);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, ControlPlane plane, TokenIssuer issuer, string id)
    {
        var token = await issuer.RevokeAsync(id, Caller.Name(context), context.RequestAborted).ConfigureAwait(false)
            ?? throw Problem.Of(ErrorCode.UnknownToken, $"There is no token {id}.");
        return Answers.Ok(View(token, plane.Time.GetUtcNow()));
    }

    private static TokenView View(AccessToken token, DateTimeOffset now) =>
        new(token.Id, token.Name, token.Role, token.CreatedAt, token.ExpiresAt, token.RevokedAt, token.IsValidAt(now));
}
