using Microsoft.Extensions.Logging;

namespace Theseus.Runtime.Swapping;

/// <summary>Keeps a swap from failing by what it tells: a listener that throws is logged, and the swap goes on.</summary>
internal sealed partial class GuardedProgress : IProgress<SwapProgress>
{
    private readonly IProgress<SwapProgress> _listener;
    private readonly ILogger _logger;

    private GuardedProgress(IProgress<SwapProgress> listener, ILogger logger) => (_listener, _logger) = (listener, logger);

    /// <summary>Guards a listener; null for none.</summary>
    public static IProgress<SwapProgress>? Of(IProgress<SwapProgress>? listener, ILogger logger) =>
        listener is null or GuardedProgress ? listener : new GuardedProgress(listener, logger);

    public void Report(SwapProgress value)
    {
        try
        {
            _listener.Report(value);
        }
        catch (Exception failure)
        {
            LogThrew(_logger, value.Component, value.Step, failure);
        }
    }

    [LoggerMessage(1207, LogLevel.Warning, "Component '{Component}': the listener to a swap's progress threw at {Step}")]
    private static partial void LogThrew(ILogger logger, string component, SwapStep step, Exception failure);
}
