using System.Collections.Concurrent;
using System.Diagnostics;

namespace Theseus.Docs.Tests.Walking;

/// <summary>A server that a page has started in a terminal of its own. Ended with all processes below it.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Server(Process process)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _listens.TrySetException(new InvalidOperationException($"The server ended:\n{Said}"));
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has printed so far.</summary>
    public string Said => string.Join('\n', _lines);

    public static async Task<Server> StartAsync(
        string folder, IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> words, TimeSpan deadline)
    {
        var server = new Server(Tool.Start(folder, environment, words));
        try
        {
            await server._listens.Task.WaitAsync(deadline);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (line.Contains("Application started", StringComparison.Ordinal))
        {
            _listens.TrySetResult();
        }
    }
}
