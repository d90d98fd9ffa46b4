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
        endpoint.Accepts<T>(isOptional, "application/json").Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Says with which statuses it answers problems.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params int[] statuses) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata([.. statuses.Select(status => (object)new ProducesResponseTypeMetadata(status, typeof(ApiProblem), [Problem.MediaType]))]);

    /// <summary>Says which header it reads.</summary>
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder endpoint, string header, string what) => endpoint.WithMetadata(new HeaderMark(header, what));
}

/// <summary>A header that an endpoint reads.</summary>
internal sealed record HeaderMark(string Name, string What);
