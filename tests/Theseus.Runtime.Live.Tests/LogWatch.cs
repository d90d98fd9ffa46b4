using Microsoft.Extensions.Logging;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Keeps what a host logs, and tells when it logs something.</summary>
internal sealed class LogWatch : ILoggerProvider, ILogger
{
    /// <summary>A generation that lingered is gone, and its record says so.</summary>
    public const int GoneLate = 1206;

    private readonly Lock _lock = new();
    private readonly List<(int Event, string Message)> _entries = [];
    private readonly List<(int Event, TaskCompletionSource<string> Waiting)> _waiting = [];

    /// <summary>Waits for an event that may have been logged already.</summary>
    /// <returns>The first such message.</returns>
    public Task<string> WhenAsync(int eventId)
    {
        lock (_lock)
        {
            if (_entries.FirstOrDefault(entry => entry.Event == eventId) is { Message: { } message })
            {
                return Task.FromResult(message);
            }

            var waiting = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((eventId, waiting));
            return waiting.Task.WaitAsync(LiveHost.Deadline);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        lock (_lock)
        {
            _entries.Add((eventId.Id, message));
            foreach (var (_, waiting) in _waiting.Where(one => one.Event == eventId.Id))
            {
                waiting.TrySetResult(message);
            }
        }
    }

    public void Dispose()
    {
    }
}
