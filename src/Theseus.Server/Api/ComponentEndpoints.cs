using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NuGet.Versioning;
using Theseus.Control;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>Components, how they hang together, and the releases that there are of them.</summary>
internal static class ComponentEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/components", (ControlPlane plane) => Answers.Ok(new Page<ComponentDescriptor>(plane.Components.Components)))
            .Describes<Page<ComponentDescriptor>>("Components", "All components, by name.");
        api.MapGet("/components/{name}", (ControlPlane plane, string name) => Answers.Ok(plane.Components.Find(name) ?? throw Unknown(name)))
            .Describes<ComponentDescriptor>("Component", "One component, as it is now.");
        api.MapPatch("/components/{name}", SetAsync).RequireAuthorization(AccessPolicies.Operate).Takes<ComponentBody>()
            .Describes<ComponentDescriptor>("SetComponent", "Changes what is settled for a component; what is left out stays as it is.").Refuses(StatusCodes.Status404NotFound);
        api.MapGet("/components/{name}/history", HistoryAsync).Describes<Page<LifecycleChange>>("ComponentHistory", "The newest changes in a component's life, the newest first; also of one that was removed.");
        api.MapGet("/components/{name}/dependencies", (ControlPlane plane, string name) => Answers.Ok(Around(plane, name)))
            .Describes<ComponentDependencies>("ComponentDependencies", "What a component calls, and what calls it.");
        api.MapGet("/dependencies", (ControlPlane plane) => Answers.Ok(Overall(plane.Components.Dependencies)))
            .Describes<DependencyOverview>("Dependencies", "How all components depend on each other.");
        api.MapGet("/releases/{component}", ReleasesAsync).Describes<ReleasePage>("Releases", "The releases of a component that the feeds have, the newest version first.");
    }

    private static async Task<IResult> SetAsync(HttpContext context, ControlPlane plane, string name)
    {
        var (change, why) = ComponentReader.Read(await JsonBody.ReadAsync(context).ConfigureAwait(false));
        var result = await plane.Components.SetAsync(name, change, Caller.Name(context), why, context.RequestAborted).ConfigureAwait(false);
        return result.Outcome switch
        {
            RegistryOutcome.Saved or RegistryOutcome.Unchanged => Answers.Ok(result.Component!),
            RegistryOutcome.NotFound => throw Unknown(name),
            // Each begins with its place.
            RegistryOutcome.Invalid => throw Problem.Invalid([.. result.Problems.Select(one => new ApiFault(one[..one.IndexOf(':')], one[(one.IndexOf(':') + 2)..]))]),
            _ => throw new InvalidOperationException(string.Join(" ", result.Problems)),
        };
    }

    private static async Task<IResult> HistoryAsync(HttpContext context, ControlPlane plane, string name, [Description("How many at most, from 1 to 500; 50 if left out.")] string? count)
    {
        var cursor = Cursor.Read(null, count);
        if (plane.Components.Find(name) is null && !plane.Components.IsRetired(name))
        {
            throw Unknown(name);
        }

        return Answers.Ok(new Page<LifecycleChange>(await plane.Components.ReadHistoryAsync(name, cursor.Count, context.RequestAborted).ConfigureAwait(false)));
    }

    private static ComponentDependencies Around(ControlPlane plane, string name)
    {
        var graph = plane.Components.Find(name) is null ? throw Unknown(name) : plane.Components.Dependencies;
        return new ComponentDependencies(
            name,
            graph.DependenciesOf(name, direct: true),
            graph.DependenciesOf(name),
            graph.DependentsOf(name, direct: true),
            graph.DependentsOf(name),
            [.. graph.Missing.Where(one => one.Component == name).Select(one => one.ToString()), .. graph.Unsatisfied.Where(one => one.Component == name).Select(one => one.ToString())]);
    }

    private static DependencyOverview Overall(DependencyGraph graph) =>
        new(graph.TopologicalOrder, graph.Cycles, [.. graph.Missing.Select(one => one.ToString()), .. graph.Unsatisfied.Select(one => one.ToString())]);

    private static async Task<IResult> ReleasesAsync(HttpContext context, ControlPlane plane, string component, [Description("Where the part begins: from 'next' of the part before.")] string? before, [Description("How many at most, from 1 to 500; 50 if left out.")] string? count)
    {
        var cursor = Cursor.Read(null, count);
        NuGetVersion? below = null;
        if (before is not null && !NuGetVersion.TryParse(before, out below))
        {
            throw Problem.Invalid("before", "It has to be a version: take it from 'next' of the part before.");
        }

        var known = plane.Components.Find(component);
        // One that is not registered may be in the feeds all the same: its first release is looked for before there is a component.
        if (known is null && !Packaging.ComponentName.IsValid(component))
        {
            throw Unknown(component);
        }

        var listing = await plane.Releases.ListAsync(component, known?.PackageId ?? component, context.RequestAborted).ConfigureAwait(false);
        if (known is null && listing is { Releases.Count: 0, Problems.Count: 0 })
        {
            throw Unknown(component);
        }

        var found = listing.Releases.Where(one => below is null || one.Version < below).OrderByDescending(one => one.Version).Take(cursor.Count + 1).ToList();
        var part = found.Take(cursor.Count).Select(one => new ReleaseView(one.Component, one.PackageId, one.Version.ToNormalizedString(), one.Published)).ToList();
        var next = found.Count > cursor.Count ? $"{context.Request.PathBase}{context.Request.Path}?before={Uri.EscapeDataString(part[^1].Version)}&count={part.Count}" : null;
        return Answers.Ok(new ReleasePage(part, listing.Problems, next));
    }

    private static ApiProblemException Unknown(string name) => Problem.Of(ErrorCode.UnknownComponent, $"There is no component '{name}'.");
}
