using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NuGet.Versioning;
using Theseus.Control;

namespace Theseus.Server.Api;

/// <summary>How a component gets from the release that serves to another, and back.</summary>
internal static class PathEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/components/{name}/path", FindAsync)
            .Describes<ComponentPath>("ComponentPath", "The shortest way of upgrades that are each declared safe, from the release that serves to another, and the way back; or why there is none. Nothing begins.")
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);

    private static async Task<IResult> FindAsync(HttpContext context, ControlPlane plane, string name, [Description("The version to get to, like 2.0.0. It has to be given.")] string? to)
    {
        var component = plane.Components.Find(name) ?? throw Problem.Of(ErrorCode.UnknownComponent, $"There is no component '{name}'.");
        if (to is null || !NuGetVersion.TryParse(to, out var target))
        {
            throw Problem.Invalid("to", "It has to be a version, like 1.2.0 or 2.0.0-beta.1.");
        }

        var options = plane.VersionOptionsOf(component);
        var there = await plane.Versions.FindPathAsync(component, target, options, context.RequestAborted).ConfigureAwait(false);
        if (there is { Path: null, Refused.Count: 0 } && await IsInNoFeedAsync(plane, component, target, context.RequestAborted).ConfigureAwait(false))
        {
            throw Problem.Of(ErrorCode.UnknownRelease, string.Join(" ", there.WhyNot));
        }

        var back = component.CurrentVersion is null ? null : await plane.Versions.FindWayBackAsync(component, target, options, context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(new ComponentPath(component.Name, component.CurrentVersion?.ToNormalizedString(), target.ToNormalizedString(), WayOf(there), back is null ? null : WayOf(back)));
    }

    /// <summary>Whether that is certain: of a feed that could not be asked nobody knows what it has.</summary>
    private static async Task<bool> IsInNoFeedAsync(ControlPlane plane, ComponentDescriptor component, NuGetVersion version, CancellationToken cancellationToken)
    {
        var listing = await plane.Releases.ListAsync(component.Name, component.PackageId, cancellationToken).ConfigureAwait(false);
        return listing.Problems.Count == 0 && listing.Releases.All(one => one.Version != version);
    }

    private static ComponentWay WayOf(PathResult found) => new(
        found.Path?.Steps.Select(step => new ComponentStep(
            step.From?.ToNormalizedString(), step.To.ToNormalizedString(), step.Handover, step.Schemas, step.IsReversible, [.. step.WayBack.Select(one => one.Message)])).ToList(),
        found.WhyNot);
}
