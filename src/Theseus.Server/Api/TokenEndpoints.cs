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
            .Describes<NewTokenView>("MakeToken", "Makes a token, and tells it this once (201); or describes the one that the same Idempotency-Key made (200).", StatusCodes.Status201Created)
            .Produces<NewTokenView>().TakesKey("Names the request, for who may have to ask twice: the same key with the same body makes no second token. The first one's text is not told again.");
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
        var key = IdempotencyKey.Read(context);
        var body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        var (name, role, expiresAt) = (body.Text("name", isRequired: true, LongestName), body.Name<AccessRole>("role", isRequired: true), body.Time("expiresAt"));
        if (name is not null && (name.Any(char.IsControl) || name != name.Trim() || name.Equals(AuditEntry.System, StringComparison.OrdinalIgnoreCase)))
        {
            body.Fault("name", $"It has to be without control characters and spaces at its ends, and not '{AuditEntry.System}', which is the system's own name.");
        }

        body.ThrowIfFaulty();
        var who = Caller.Name(context);
        if (key is not null && await issuer.FindByKeyAsync(name!, role!.Value, expiresAt, who, key, context.RequestAborted).ConfigureAwait(false) is { } made)
        {
            return Known(made, now);
        }

        if (expiresAt <= now)
        {
            throw Problem.Invalid("expiresAt", "It has to lie ahead.");
        }

        var (token, text) = await issuer.IssueAsync(name!, role!.Value, expiresAt, who, key, context.RequestAborted).ConfigureAwait(false);
        return text is null ? Known(token, now) : Answers.Of(new NewTokenView(text, View(token, now)), StatusCodes.Status201Created);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, ControlPlane plane, TokenIssuer issuer, string id)
    {
        var token = await issuer.RevokeAsync(id, Caller.Name(context), context.RequestAborted).ConfigureAwait(false)
            ?? throw Problem.Of(ErrorCode.UnknownToken, $"There is no token {id}.");
        return Answers.Ok(View(token, plane.Time.GetUtcNow()));
    }

    private static IResult Known(AccessToken token, DateTimeOffset now) => Answers.Ok(new NewTokenView(null, View(token, now))
    {
        Note = $"The same request made this token before. Its text was told then, and is kept nowhere. If it was lost, revoke the token {token.Id}, and make another one under a new key.",
    });

    private static TokenView View(AccessToken token, DateTimeOffset now) =>
        new(token.Id, token.Name, token.Role, token.CreatedAt, token.ExpiresAt, token.RevokedAt, token.IsValidAt(now));
}
