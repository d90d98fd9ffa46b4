using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control.Distribution;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>Nodes: which there are and whether they can be counted on; taken out of use, let in again, and removed.</summary>
internal static class NodeEndpoints
{
    private const int LongestWhy = 2000;

    private delegate Task<NodeStatus> Order(INodeRegistration nodes, string name, string who, string why, CancellationToken cancellationToken);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/nodes", List).Describes<Page<NodeStatus>>("Nodes", "The nodes by name: whether each can be counted on, when it was heard of last, and its newest report.");
        api.MapGet("/convergence", Converging).Describes<Page<ConvergingNode>>("Convergence", "The nodes that were away while upgrades went on, or joined, and are being brought to what those left.");
        MapOrder(api, "drain", "DrainNode", "Has nothing new begun on a node: upgrades are planned without it. What runs there goes on.", (nodes, name, who, why, token) => nodes.DrainAsync(name, who, why, token));
        MapOrder(api, "undrain", "UndrainNode", "Lets things be begun on a node again. What it missed of upgrades is made up for.", (nodes, name, who, why, token) => nodes.UndrainAsync(name, who, why, token));
        api.MapDelete("/nodes/{name}", RemoveAsync).RequireAuthorization(AccessPolicies.Operate)
            .Describes<NodeStatus>("RemoveNode", "Removes a node that drains, is lost or has left. A process that still goes by its name is told to be no node any more; one that is started later joins as any other.")
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static void MapOrder(RouteGroupBuilder api, string order, string name, string what, Order give) =>
        api.MapPost($"/nodes/{{name}}/{order}", async (HttpContext context, ControlPlane plane, string name) =>
            {
                var body = await JsonBody.ReadAsync(context, isOptional: true).ConfigureAwait(false);
                var why = body.Text("why");
                body.ThrowIfFaulty();
                return Answers.Ok(await give(plane.Registration, name, Caller.Name(context), why ?? "", context.RequestAborted).ConfigureAwait(false));
            })
            .RequireAuthorization(AccessPolicies.Operate).Takes<OrderBody>(isOptional: true).Describes<NodeStatus>(name, what)
            .Refuses(StatusCodes.Status404NotFound);

    private static IResult List(ControlPlane plane) => Answers.Ok(new Page<NodeStatus>(plane.Nodes.Nodes));

    private static IResult Converging(ControlPlane plane) => Answers.Ok(new Page<ConvergingNode>(plane.Convergence.Nodes));

    private static async Task<IResult> RemoveAsync(
        HttpContext context,
        ControlPlane plane,
        string name,
        [Description("Whether it is removed however it stands: true or false, the default.")] string? force,
        [Description("Why, for the record; at most 2,000 characters.")] string? why)
    {
        if (force is not (null or "true" or "false"))
        {
            throw Problem.Invalid("force", "It has to be true or false.");
        }

        if (why?.Length > LongestWhy)
        {
            throw Problem.Invalid("why", "It has at most 2,000 characters.");
        }

        var last = plane.Nodes.Find(name);
        await plane.Registration.RemoveAsync(name, force == "true", Caller.Name(context), why ?? "", context.RequestAborted).ConfigureAwait(false);
        return Answers.Ok(last ?? throw Unknown(name));
    }

    private static ApiProblemException Unknown(string name) => Problem.Of(ErrorCode.UnknownNode, $"There is no node '{name}'.");
}
