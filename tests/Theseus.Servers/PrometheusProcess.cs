using System.Diagnostics;
using System.Globalization;

namespace Theseus.Servers;

/// <summary>
/// A Prometheus of a test's own: in a temporary folder, on the loopback address and a free port, scraping every second what it is
/// told to. It ends with the process that started it, however that ends.
/// </summary>
public sealed class PrometheusProcess : IAsyncDisposable
{
    private const int Attempts = 5;
    private const string Ready = "Server is ready to receive web requests";

    // The shell sees the end of its input when the process that started it is gone, and ends the server then.
    private const string Run = """
        "$1" --config.file="$2/prometheus.yml" --storage.tsdb.path="$2/data" --web.listen-address="127.0.0.1:$3" --web.enable-lifecycle 2>&1 &
        server=$!
        read -r how
        kill "-${how:-TERM}" "$server"
        wait "$server"
        """;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    private static readonly string? s_program = Find();

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-prometheus-").FullName;
    private Process? _shell;

    private PrometheusProcess()
    {
    }

    /// <summary>Why none can be started on this machine, and what to do; null when one can.</summary>
    public static string? Missing =>
        OperatingSystem.IsWindows() ? "The tests' Prometheus is started by a Unix shell."
        : s_program is null ? "Prometheus is not on this machine: run eng/prometheus.sh, or name its program in THESEUS_PROMETHEUS."
        : null;

    /// <summary>Its address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Makes a new one and starts it.</summary>
    /// <param name="targets">What it scrapes: hosts with ports, by the path of their metrics.</param>
    public static async Task<PrometheusProcess> StartNewAsync(params IReadOnlyList<string> targets)
    {
        var server = new PrometheusProcess();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(server._folder, "prometheus.yml"), $"""
                global:
                  scrape_interval: 1s
                scrape_configs:
                  - job_name: test
                    static_configs:
                      - targets: [{string.Join(", ", targets.Select(target => $"'{target}'"))}]
                """);
            for (var attempt = 1; !await server.TryStartAsync(FreePort.Find()); attempt++)
            {
                // Somebody else may have taken the port between our look and its start.
                if (attempt == Attempts)
                {
                    throw new InvalidOperationException("Prometheus did not start.");
                }
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it.</summary>
    public async Task StopAsync()
    {
        if (_shell is { } shell)
        {
            _shell = null;
            using var deadline = new CancellationTokenSource(s_deadline);
            await shell.StandardInput.WriteLineAsync("TERM");
            await shell.StandardInput.FlushAsync(deadline.Token);
            await shell.WaitForExitAsync(deadline.Token);
            shell.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> TryStartAsync(int port)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("/bin/bash", ["-c", Run, "prometheus", s_program!, _folder, port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        _shell = Process.Start(start)!;
        _shell.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                started.TrySetResult(false);
            }
            else if (line.Data.Contains(Ready, StringComparison.Ordinal))
            {
                started.TrySetResult(true);
            }
        };
        _shell.BeginOutputReadLine();
        return await started.Task.WaitAsync(s_deadline);
    }

    private static string? Find() => Environment.GetEnvironmentVariable("THESEUS_PROMETHEUS") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "prometheus")).FirstOrDefault(File.Exists);
}
