using Microsoft.AspNetCore.Http;

namespace Theseus.Server.Api;

/// <summary>Makes the answers to requests that were done.</summary>
internal static class Answers
{
    public static IResult Ok<T>(T value) => Of(value, StatusCodes.Status200OK);

    public static IResult Of<T>(T value, int status) => TypedResults.Json(value, ApiJson.TypeOf<T>(), statusCode: status);
}
