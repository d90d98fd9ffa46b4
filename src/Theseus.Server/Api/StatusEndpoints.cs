using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Theseus.Server.Api;

/// <summary>Whether it is alive, and how things stand.</summary>
internal static class StatusEndpoints
{
    private static readonly string s_version =
        typeof(StatusEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(RouteGroupBuilder open, RouteGroupBuilder api)
    {
        open.MapGet("/health", () => Answers.Ok(new ServerHealth("alive")))
            .AllowAnonymous().Describes<ServerHealth>("Health", "Whether the server is alive. Needs no token, and tells nothing else.");
        api.MapGet("/status", StatusAsync).Describes<ServerStatus>("Status", "How things stand, at a glance.");
    }

    private static async Task<IResult> StatusAsync(HttpContext context, ControlPlane plane)
    {
        var why = await plane.Upgrades.GetLineStopAsync(context.RequestAborted).ConfigureAwait(false);
        var statistics = await plane.Upgrades.GetStatisticsAsync(context.RequestAborted).ConfigureAwait(false);
        var nodes = await plane.Upgrades.GetNodesAsync(context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(new ServerStatus(s_version, new LineStatus(why is not null, why), statistics, nodes.Count, plane.Components.Components.Count));
    }
}
