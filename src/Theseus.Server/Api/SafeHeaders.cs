using Microsoft.AspNetCore.Http;

namespace Theseus.Server.Api;

/// <summary>The headers that every answer has: no browser guesses what it is, and nobody keeps it.</summary>
internal static class SafeHeaders
{
    public static void Set(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
    }
}
