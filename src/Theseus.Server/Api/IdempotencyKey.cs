using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Theseus.Server.Api;

/// <summary>The caller's own name for a request, for who may have to send it twice.</summary>
internal static class IdempotencyKey
{
    private const string Header = "Idempotency-Key";
    private const int Longest = 200;

    /// <summary>The key that a request came with; null for none.</summary>
    /// <exception cref="ApiProblemException">It is not one that could be used.</exception>
    public static string? Read(HttpContext context)
    {
        var values = context.Request.Headers[Header];
        return values.Count switch
        {
            0 => null,
            1 when values[0] is { Length: > 0 and <= Longest } key && key.All(one => one is > ' ' and < '\x7f') => key,
            _ => throw Problem.Invalid(Header, $"It has to be given once, with 1 to {Longest} visible ASCII characters."),
        };
    }

    /// <summary>Says that an endpoint reads it, and refuses one that was given to another request.</summary>
    public static RouteHandlerBuilder TakesKey(this RouteHandlerBuilder endpoint, string what) => endpoint.Reads(Header, what).Refuses(StatusCodes.Status409Conflict);
}
