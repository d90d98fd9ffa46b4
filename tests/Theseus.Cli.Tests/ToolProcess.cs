using System.Diagnostics;

namespace Theseus.Cli.Tests;

/// <summary>The command as those who run it have it: a process in a folder of its own. Ended when it is disposed of.</summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory.Replace("Theseus.Cli.Tests", "Theseus.Cli", StringComparison.Ordinal), "theseus.dll");

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ToolProcess(Process process)
    {
        _process = process;
        // Read as they come: a full pipe would hold the process up.
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static ToolProcess Start(string folder, IReadOnlyDictionary<string, string?> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [s_program, .. args]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>Its next line; what it says of errors where it ended instead.</summary>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Deadline) ?? throw new InvalidOperationException(await _errors.WaitAsync(Deadline));

    /// <summary>Asks it to end, as a service manager does.</summary>
    public async Task<(int Code, string Out, string Error)> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"])!;
        await kill.WaitForExitAsync().WaitAsync(Deadline);
        return await EndAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int Code, string Out, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        return (_process.ExitCode, await _process.StandardOutput.ReadToEndAsync(), await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(Deadline);
        }

        _process.Dispose();
    }
}
