using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Theseus.Control;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Storage;

namespace Theseus.Server.Api;

/// <summary>
/// What every request goes through: it has safe headers, a bounded body and a deadline, and whatever goes wrong is answered
/// with a problem.
/// </summary>
internal sealed partial class ApiBoundary(ControlPlane plane, ILogger<ApiBoundary> logger) : IEndpointFilter
{
    public const int LargestBody = 256 * 1024;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    public static ApiProblemException TooLarge() => Problem.Of(ErrorCode.TooLarge, $"A body has at most {LargestBody / 1024} KiB.");

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? result = null;
        var isStream = context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<StreamMark>() is not null;
        await RunAsync(context.HttpContext, async () => result = await next(context).ConfigureAwait(false), isStream ? Timeout.InfiniteTimeSpan : s_deadline).ConfigureAwait(false);
        return result ?? Results.Empty;
    }

    /// <summary>Does something for a request, within a time, and answers it with a problem when that goes wrong.</summary>
    public async Task RunAsync(HttpContext context, Func<Task> next, TimeSpan within)
    {
        SafeHeaders.Set(context.Response);
        var aborted = context.RequestAborted;
        using var deadline = new CancellationTokenSource(within, plane.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, deadline.Token);
        context.RequestAborted = either.Token;
        try
        {
            if (context.Request.ContentLength > LargestBody)
            {
                throw TooLarge();
            }

            await next().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            context.RequestAborted = aborted;
            if (aborted.IsCancellationRequested)
            {
                // Whoever asked has gone.
                return;
            }

            await AnswerAsync(context, failure).ConfigureAwait(false);
        }
        finally
        {
            context.RequestAborted = aborted;
        }
    }

    /// <summary>Answers a request that went wrong with the problem that it is; what the server itself did wrong is in its log alone.</summary>
    public async Task AnswerAsync(HttpContext context, Exception failure)
    {
        if (ProblemOf(failure) is { } problem)
        {
            if (problem.Code == ErrorCode.StorageFault || (problem.Code == ErrorCode.Stopping && failure is not ChannelClosedException))
            {
                LogFailed(logger, context.Request.Method, context.Request.Path, context.TraceIdentifier, failure);
            }

            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var trace = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        LogFailed(logger, context.Request.Method, context.Request.Path, trace, failure);
        await Problem.Of(ErrorCode.InternalError, $"It is not known what came of the request. The server's log has it under {trace}.").WriteAsync(context, trace).ConfigureAwait(false);
    }

    private ApiProblemException? ProblemOf(Exception failure) => failure switch
    {
        ApiProblemException problem => problem,
        UpgradeRefusedException refused => Problem.Of(CodeOf(refused.Refusal), refused.Message, [.. refused.Faults.Select(fault => new ApiFault("", fault))]),
        RequestKeyReusedException reused => Problem.Of(ErrorCode.KeyReused, reused.Message),
        NodeRefusedException refused => Problem.Of(refused.IsUnknown ? ErrorCode.UnknownNode : ErrorCode.NodeInUse, refused.Message),
        LastAdminException last => Problem.Of(ErrorCode.LastAdmin, last.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge(),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => Problem.Of(ErrorCode.TooSlow, "The body came too slowly, or not at all. Send it at once."),
        BadHttpRequestException bad => Problem.Invalid("", bad.Message),
        StorageException fault => Problem.Of(ErrorCode.StorageFault, Words(fault.Fault)),
        ChannelClosedException => Stopping(),
        // Whatever a request meets of what is being taken down.
        _ when plane.IsEnding => Stopping(),
        OperationCanceledException => Problem.Of(ErrorCode.TimedOut, "It took too long, and may be done yet: look before you ask again, or ask with an Idempotency-Key."),
        _ => null,
    };

    private static ApiProblemException Stopping() => Problem.Of(ErrorCode.Stopping, "The server is ending. Ask again when it is back.");

    /// <summary>Without the file's path and what the database itself says: both are in the log, and no caller's business.</summary>
    private static string Words(StorageFault fault) => fault switch
    {
        StorageFault.Full => "The disk of the server's database is full, and nothing was done. Have space freed, and ask again.",
        StorageFault.Locked => "Another process keeps the server's database locked, and nothing was done. Ask again; if that does not help, have the process found and ended.",
        StorageFault.Damaged => "The server's database is damaged. Have the newest backup put in its place.",
        StorageFault.NotPermitted => "The server may not write to its database. Have the rights to its data folder mended.",
        StorageFault.Unreachable => "The server's database does not answer, and nothing was done. Ask again.",
        StorageFault.OutcomeUnknown => "The connection to the server's database was lost at the very end: it may be done. Look before you ask again, or ask with an Idempotency-Key.",
        _ => "The server's database could not be used, and nothing was done. The server's log says more.",
    };

    private static ErrorCode CodeOf(UpgradeRefusal refusal) => refusal switch
    {
        UpgradeRefusal.Unknown => ErrorCode.UnknownUpgrade,
        UpgradeRefusal.WrongState => ErrorCode.WrongState,
        UpgradeRefusal.Busy => ErrorCode.Busy,
        UpgradeRefusal.LineStopped => ErrorCode.LineStopped,
        UpgradeRefusal.PlanChanged => ErrorCode.PlanChanged,
        UpgradeRefusal.OwnRequest => ErrorCode.OwnRequest,
        UpgradeRefusal.KeyReused => ErrorCode.KeyReused,
        UpgradeRefusal.NoWayBack => ErrorCode.NoWayBack,
        UpgradeRefusal.Invalid => ErrorCode.InvalidRequest,
        UpgradeRefusal.UnknownComponent => ErrorCode.UnknownComponent,
        UpgradeRefusal.UnknownRelease => ErrorCode.UnknownRelease,
        UpgradeRefusal.ReleaseRefused => ErrorCode.ReleaseRefused,
        UpgradeRefusal.NotPossible => ErrorCode.NotPossible,
        _ => ErrorCode.InternalError,
    };

    [LoggerMessage(4010, LogLevel.Error, "{Method} {Path} failed ({Trace})")]
    private static partial void LogFailed(ILogger logger, string method, PathString path, string trace, Exception failure);
}

/// <summary>Marks an endpoint that goes on for as long as its caller stays.</summary>
internal sealed record StreamMark;
