using System.Diagnostics;

namespace Theseus.Servers;

/// <summary>Starts programs as someone other than root, which PostgreSQL refuses to run as.</summary>
internal static class Unprivileged
{
    private const string User = "nobody";
    private const string Group = "nogroup";

    /// <summary>Begins a program with a closed environment but for its paths; as another user when we are root.</summary>
    public static ProcessStartInfo Start(string program, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" };
        if (Environment.IsPrivilegedProcess)
        {
            // Unlike runuser and su it becomes the program, whose id is then the one that we get.
            start.FileName = "setpriv";
            foreach (var argument in (ReadOnlySpan<string>)[$"--reuid={User}", $"--regid={Group}", "--clear-groups", "--", program])
            {
                start.ArgumentList.Add(argument);
            }
        }
        else
        {
            start.FileName = program;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>Gives a folder to whom <see cref="Start"/> runs programs as.</summary>
    public static Task OwnAsync(string folder, CancellationToken cancellationToken) => Environment.IsPrivilegedProcess
        ? RunAsync(new ProcessStartInfo("chown") { ArgumentList = { "-R", $"{User}:{Group}", folder }, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true }, cancellationToken)
        : Task.CompletedTask;

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        try
        {
            var said = $"{await output}{await errors}";
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"'{start.FileName} {string.Join(' ', start.ArgumentList)}' ended with {process.ExitCode}: {said}");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
