using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Theseus.Runtime.Operating;

/// <summary>Turns requests into answers: checks them, asks the operator, names what went wrong.</summary>
internal sealed partial class OperatorDesk(IOperator host, string dataFolder, DateTimeOffset startedAt, ILogger log)
{
    private const int NewestAtMost = 1000;

    public async Task<OperatorResponse> AnswerAsync(byte[]? line, CancellationToken cancellationToken)
    {
        OperatorRequest? request;
        try
        {
            request = line is null ? null : JsonSerializer.Deserialize(line, RequestJson.Default.OperatorRequest);
        }
        catch (JsonException e)
        {
            return VersionOf(line!) is { } version && version != OperatorRequest.CurrentVersion
                ? NotSpoken(version)
                : OperatorResponse.Refused(OperatorProblemCode.BadRequest, $"This is no request: {e.Message}");
        }

        if (request is null)
        {
            return OperatorResponse.Refused(OperatorProblemCode.BadRequest, "A request is one line of JSON of bounded length.");
        }

        if (request.Version != OperatorRequest.CurrentVersion)
        {
            return NotSpoken(request.Version);
        }

        if (Faults(request) is { Count: > 0 } faults)
        {
            return OperatorResponse.Refused(OperatorProblemCode.BadRequest, string.Join(" ", faults));
        }

        try
        {
            return await AnswerAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (KeyNotFoundException e)
        {
            return OperatorResponse.Refused(OperatorProblemCode.NotFound, e.Message);
        }
        catch (HostMemoryException e)
        {
            return OperatorResponse.Refused(OperatorProblemCode.MemoryDamaged, e.Message);
        }
        catch (ArgumentException e)
        {
            return OperatorResponse.Refused(OperatorProblemCode.BadRequest, e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return OperatorResponse.Refused(OperatorProblemCode.HostStopping, "The host is stopping.");
        }
        catch (Exception e)
        {
            // The boundary of one request: the next one is to be answered all the same.
            LogFailed(log, request.Verb, e);
            return OperatorResponse.Refused(OperatorProblemCode.InternalError, $"An error inside the host, which its log has in full: {e.Message}");
        }
    }

    private async Task<OperatorResponse> AnswerAsync(OperatorRequest request, CancellationToken cancellationToken) => request.Verb switch
    {
        OperatorVerb.Stage => new() { Swap = await host.StageAsync(request.Component!, request.Release!, cancellationToken).ConfigureAwait(false) },
        OperatorVerb.Swap => new() { Swap = await host.SwapAsync(request.Component!, request.Release!, request.Trial ?? default, cancellationToken).ConfigureAwait(false) },
        OperatorVerb.Rollback => new() { Swap = await host.RollbackAsync(request.Component!, cancellationToken).ConfigureAwait(false) },
        OperatorVerb.Confirm => new() { Swap = await host.ConfirmAsync(request.Component!, cancellationToken).ConfigureAwait(false) },
        OperatorVerb.Why => new() { Pins = await host.ExplainAsync(request.Component!, request.Generation!.Value, request.WalkHeap, cancellationToken).ConfigureAwait(false) },
        OperatorVerb.History => new() { History = host.GetHistory(request.Component!, request.Newest ?? 20) },
        _ => new() { Status = new(Environment.ProcessId, dataFolder, startedAt, host.GetStatus()) },
    };

    private static List<string> Faults(OperatorRequest request)
    {
        var faults = new List<string>();
        Require(Enum.IsDefined(request.Verb), "There is no such request.");
        Require(request.Verb is OperatorVerb.Status || !string.IsNullOrWhiteSpace(request.Component), "A component has to be named.");
        Require(request.Verb is not (OperatorVerb.Stage or OperatorVerb.Swap) || !string.IsNullOrWhiteSpace(request.Release), "A release's version has to be named.");
        Require(request.Verb is not OperatorVerb.Why || request.Generation is > 0, "A generation has to be named, by its number.");
        Require(request.Newest is null or (> 0 and <= NewestAtMost), $"Between 1 and {NewestAtMost} records can be asked for.");
        faults.AddRange(request.Trial?.Faults() ?? []);
        return faults;

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }

    private static OperatorResponse NotSpoken(int version) => OperatorResponse.Refused(
        OperatorProblemCode.VersionNotSpoken,
        $"The request is of version {version}; this host speaks version {OperatorRequest.CurrentVersion}. Use the command of the host's own version.");

    private static int? VersionOf(byte[] line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("version", out var version) && version.TryGetInt32(out var number) ? number : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    [LoggerMessage(2401, LogLevel.Error, "The operator's request {Verb} failed")]
    private static partial void LogFailed(ILogger log, OperatorVerb verb, Exception exception);
}
