using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Theseus.Server.Api;

/// <summary>What an endpoint is said to do, for the document that describes the API.</summary>
internal static class Descriptions
{
    /// <summary>Says what it is called, what it does, and what it answers.</summary>
    /// <typeparam name="T">What it answers; of a stream of events, what each one's data is.</typeparam>
    public static RouteHandlerBuilder Describes<T>(this RouteHandlerBuilder endpoint, string name, string what, int status = StatusCodes.Status200OK, string contentType = "application/json") =>
        endpoint.WithName(name).WithSummary(what).Produces<T>(status, contentType);

    /// <summary>Says what body it takes.</summary>
    /// <typeparam name="T">The body.</typeparam>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint, bool isOptional = false) where T : notnull =>
        endpoint.Accepts<T>(isOptional, "application/json");
}
