using Microsoft.Extensions.Logging;

namespace Theseus.Runtime.Loading;

/// <summary>The host's logger factory as a component sees it: its categories begin with the component's name, and disposing it does nothing.</summary>
internal sealed class GenerationLoggerFactory(ILoggerFactory host, string component) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => host.CreateLogger($"{component}.{categoryName}");

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("A component logs through its host's providers and cannot add one: it would outlive the component.");

    public void Dispose()
    {
        // The host's factory is the host's.
    }
}
