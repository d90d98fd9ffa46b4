using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Theseus.Control;
using Theseus.Server.Api;

namespace Theseus.Server.Access;

/// <summary>Knows a caller by the token that it sends, and answers those that it does not know.</summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenIssuer tokens, FailedAttempts failed, ApiBoundary boundary)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string IdClaim = "theseus-token";

    private const string Bearer = "Bearer ";
    private static readonly object s_tooMany = new();
    private static readonly object s_failure = new();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        AccessToken? token;
        try
        {
            token = await tokens.FindAsync(header[Bearer.Length..].Trim(), Context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception failure) when (!Context.RequestAborted.IsCancellationRequested)
        {
            // Told where the token is needed, in whatever application this is; where it is not, nothing is wrong.
            Context.Items[s_failure] = failure;
            return AuthenticateResult.Fail(failure);
        }

        if (token is null)
        {
            // A right token is let through whatever came before it, so that nobody can lock others out.
            Context.Items[s_tooMany] = !failed.TryNote(Context.Connection.RemoteIpAddress);
            return AuthenticateResult.Fail("The token is not valid.");
        }

        var identity = new ClaimsIdentity([new(IdClaim, token.Id), new(ClaimTypes.Name, token.Name), new(ClaimTypes.Role, token.Role.ToString())], Scheme.Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Context.Items.TryGetValue(s_failure, out var failure))
        {
            return boundary.AnswerAsync(Context, (Exception)failure!);
        }

        if (Context.Items.TryGetValue(s_tooMany, out var tooMany) && tooMany is true)
        {
            Response.Headers.RetryAfter = "60";
            return Problem.Of(ErrorCode.TooManyAttempts, "Too many wrong tokens came from this address. Wait a minute, or send a right one.").WriteAsync(Context);
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return Problem.Of(
            ErrorCode.Unauthorized,
            Request.Headers.ContainsKey(HeaderNames.Authorization)
                ? "The token is unknown, has been revoked, or has expired. Ask an admin for another one."
                : "Send a token as 'Authorization: Bearer theseus_…'.").WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problem.Of(ErrorCode.Forbidden, $"A token of the role {Context.User.FindFirstValue(ClaimTypes.Role)} does not allow this.").WriteAsync(Context);
}
