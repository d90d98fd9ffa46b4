using Microsoft.Extensions.Logging;

namespace Theseus.Channels.Tests;

/// <summary>What was logged, in order; and a way to wait for it.</summary>
internal sealed class Log
{
    private readonly Lock _lock = new();
    private readonly List<LogEntry> _entries = [];
    private TaskCompletionSource _more = New();

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Waits until an event was logged so many times with some words in it; counts from an earlier number of entries.</summary>
    public async Task<LogEntry> AwaitAsync(int id, string words = "", int count = 1, int from = 0)
    {
        using var deadline = new CancellationTokenSource(Waiting.Deadline);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                var found = _entries.Skip(from).Where(one => one.Id == id && one.Text.Contains(words, StringComparison.Ordinal)).Skip(count - 1).FirstOrDefault();
                if (found is not null)
                {
                    return found;
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Event {id} with '{words}' was not logged {count} times. Logged was:\n{string.Join('\n', Entries)}");
            }
        }
    }

    public ILogger<T> For<T>() => new Logger<T>(this);

    private void Add(LogEntry entry)
    {
        TaskCompletionSource told;
        lock (_lock)
        {
            _entries.Add(entry);
            (told, _more) = (_more, New());
        }

        told.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Logger<T>(Log log) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(new LogEntry(eventId.Id, logLevel, $"{formatter(state, exception)} {exception}"));
    }
}

internal sealed record LogEntry(int Id, LogLevel Level, string Text);
