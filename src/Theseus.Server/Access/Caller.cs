using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Theseus.Server.Access;

/// <summary>Who calls.</summary>
internal static class Caller
{
    /// <summary>The name that what is done is put on record under: the token's, never one that the body gives.</summary>
    public static string Name(HttpContext context) => context.User.FindFirstValue(ClaimTypes.Name)!;

    /// <summary>The token's id.</summary>
    public static string TokenId(HttpContext context) => context.User.FindFirstValue(TokenAuthentication.IdClaim)!;
}
