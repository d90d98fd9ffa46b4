using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Theseus.Server.Api;

/// <summary>Makes the answers to requests that cannot be done.</summary>
internal static class Problem
{
    public const string MediaType = "application/problem+json";

    public static ApiProblemException Of(ErrorCode code, string detail, params IReadOnlyList<ApiFault> faults) =>
        new(code, detail, faults.Count > 0 ? faults : [new ApiFault("", detail)]);

    public static ApiProblemException Invalid(IReadOnlyList<ApiFault> faults) =>
        new(ErrorCode.InvalidRequest, string.Join(" ", faults.Select(fault => fault.At.Length > 0 ? $"{fault.At}: {fault.Message}" : fault.Message)), faults);

    public static ApiProblemException Invalid(string at, string message) => Invalid([new ApiFault(at, message)]);
}

/// <summary>A request cannot be done, and this is the answer to it.</summary>
internal sealed class ApiProblemException(ErrorCode code, string detail, IReadOnlyList<ApiFault> faults) : Exception(detail)
{
    public ErrorCode Code { get; } = code;

    public async Task WriteAsync(HttpContext context, string? traceId = null)
    {
        if (context.Response.HasStarted)
        {
            return;
        }

        SafeHeaders.Set(context.Response);
        context.Response.StatusCode = Code.Status;
        context.Response.ContentType = Problem.MediaType;
        var problem = new ApiProblem { Type = $"urn:theseus:error:{Code.Name}", Title = Code.Title, Status = Code.Status, Code = Code.Name, Detail = Message, Errors = faults, TraceId = traceId };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.TypeOf<ApiProblem>());
        context.Response.ContentLength = bytes.Length;
        // Not given up with the request: its own deadline may be why this is written.
        await context.Response.Body.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
    }
}
