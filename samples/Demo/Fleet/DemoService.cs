using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.Demo.Fleet;

/// <summary>A node of the demo's service: an ordinary ASP.NET Core application with two components plugged in.</summary>
internal static class DemoService
{
    public const string Renderer = "markdown";
    public const string Limiter = "rate-limiter";

    /// <summary>Adds the components.</summary>
    public static TheseusBuilder AddComponents(WebApplicationBuilder builder)
    {
        // The load takes permits at a fixed rate; that all are given makes the counts comparable.
        builder.Configuration[$"Theseus:Components:{Limiter}:Settings:Limit"] = "1000000";
        // The bad release is to get as far as its first call: replayed documents would unmask it before.
        var swap = new SwapOptions { WarmUp = new WarmUpOptions { RecentCalls = 0 } };
        return builder.AddTheseus()
            .AddComponent<IMarkdownRenderer>(Renderer, options => (options.InitialVersion, options.Loading, options.Swap) = ("[1.0.0]", LoadingMode.Collectible, swap))
            .AddComponent<IRateLimiter>(Limiter, options => (options.InitialVersion, options.Loading, options.Swap) = ("[1.1.0]", LoadingMode.Collectible, swap));
    }

    /// <summary>Maps what it answers.</summary>
    public static void Map(WebApplication app)
    {
        app.MapPost("/render", async (HttpRequest request, IMarkdownRenderer renderer, CancellationToken aborted) =>
        {
            using var reader = new StreamReader(request.Body);
            return Results.Content(await renderer.RenderAsync(await reader.ReadToEndAsync(aborted), aborted), "text/html");
        });
        app.MapPost("/permits/{client}", (string client, IRateLimiter limiter) =>
            limiter.TryAcquire(client, 1).Granted ? Results.Ok() : Results.StatusCode(StatusCodes.Status429TooManyRequests));
    }
}
