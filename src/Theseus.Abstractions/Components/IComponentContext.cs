using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Theseus;

/// <summary>
/// What a generation knows of its surroundings, and helpers for background work that end with it. Thread-safe.
/// </summary>
public interface IComponentContext
{
    /// <summary>The component's name.</summary>
    string Component { get; }

    /// <summary>The release's version, as in its package: <c>1.4.0</c>.</summary>
    string Version { get; }

    /// <summary>The component's own section of the host's configuration: <c>Theseus:Components:NAME:Settings</c>.</summary>
    IConfiguration Configuration { get; }

    /// <summary>Makes loggers whose categories begin with the component's name.</summary>
    ILoggerFactory LoggerFactory { get; }

    /// <summary>The host's clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Cancelled when the generation is stopped, after its last call has ended.</summary>
    CancellationToken Stopping { get; }

    /// <summary>
    /// Runs work in the background for as long as the generation lives. It is cancelled and awaited when the generation
    /// stops; a fault in it is logged and counts against a generation on trial.
    /// </summary>
    /// <param name="name">A name for reports.</param>
    /// <param name="work">The work; its token is <see cref="Stopping"/>.</param>
    void Run(string name, Func<CancellationToken, Task> work);

    /// <summary>
    /// Calls back periodically, one call at a time, for as long as the generation lives. The timer is stopped, and a
    /// running callback awaited, when the generation stops.
    /// </summary>
    /// <param name="name">A name for reports.</param>
    /// <param name="period">The time between the end of a callback and the start of the next; greater than zero.</param>
    /// <param name="callback">The callback; its token is <see cref="Stopping"/>.</param>
    /// <returns>Dispose it to end the timer earlier.</returns>
    IDisposable StartTimer(string name, TimeSpan period, Func<CancellationToken, ValueTask> callback);

    /// <summary>
    /// Registers something to be called when the generation stops, in the reverse order of registration: a registration
    /// to be undone, a handler to be removed.
    /// </summary>
    /// <param name="name">A name for reports.</param>
    /// <param name="release">What to do.</param>
    void OnStop(string name, Action release);
}
