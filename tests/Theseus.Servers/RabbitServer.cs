using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Theseus.Servers;

/// <summary>
/// A RabbitMQ of a test's own: in a temporary folder, on the loopback address and free ports, with users of its own, and
/// with TLS beside. It ends with the process that started it, however that ends.
/// </summary>
public sealed class RabbitServer : IAsyncDisposable
{
    private const int Attempts = 5;
    private const string Ready = "Server startup complete";

    // The shell sees the end of its input when the process that started it is gone, and ends the broker then; and beside it
    // what tells Erlang's nodes where each listens, which would stay behind otherwise. Until then signals go through it.
    private const string Run = """
        "$1" -port "$ERL_EPMD_PORT" -address 127.0.0.1 </dev/null >/dev/null 2>&1 &
        names=$!
        "$2" </dev/null &
        server=$!
        while read -r how; do
          kill "-$how" "$server"
          case $how in TERM | KILL) break ;; esac
        done
        kill -0 "$server" 2>/dev/null && [ -z "${how:-}" ] && kill -KILL "$server"
        wait "$server"
        kill "$names"
        wait "$names"
        """;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    private readonly string _folder;
    private readonly string _name = $"t{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}@localhost";
    private readonly Queue<string> _said = new();
    private Process? _shell;
    private int _namesPort;
    private int _nodePort;

    private RabbitServer(string folder) => _folder = folder;

    /// <summary>Why none can be started on this machine, and what to do; null when one can.</summary>
    public static string? Missing =>
        OperatingSystem.IsWindows() ? "The tests' RabbitMQ is started by a Unix shell."
        : RabbitBinaries.Folder is null ? "RabbitMQ is not on this machine: run eng/rabbitmq.sh, or name the folder of its programs in THESEUS_RABBITMQ."
        : null;

    /// <summary>Its port without TLS.</summary>
    public int Port { get; private set; }

    /// <summary>Its port with TLS.</summary>
    public int TlsPort { get; private set; }

    /// <summary>The authority that its certificate, which is for localhost, comes from.</summary>
    public string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>What an administrator does with it.</summary>
    public RabbitAdministration Administration { get; } = new(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    private static string Programs => RabbitBinaries.Folder ?? throw new InvalidOperationException(Missing);

    /// <summary>Makes a new one and starts it.</summary>
    public static async Task<RabbitServer> StartNewAsync()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        var server = new RabbitServer(Directory.CreateTempSubdirectory("theseus-rabbitmq-").FullName);
        try
        {
            RabbitCertificates.Write(server._folder);
            for (var attempt = 1; ; attempt++)
            {
                await server.ChoosePortsAsync(deadline.Token);
                if (await server.TryStartAsync(deadline.Token))
                {
                    return server;
                }

                // Somebody else may have taken a port between our look and its start.
                if (attempt == Attempts)
                {
                    throw new InvalidOperationException($"RabbitMQ did not start:\n{server.Said()}");
                }
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same ports with what it holds.</summary>
    public async Task StartAsync()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        if (!await TryStartAsync(deadline.Token))
        {
            throw new InvalidOperationException($"RabbitMQ did not start again:\n{Said()}");
        }
    }

    /// <summary>Stops it.</summary>
    /// <param name="signal">TERM ends connections and writes everything down; KILL is a crash.</param>
    public async Task StopAsync(string signal = "TERM")
    {
        if (_shell is not { } shell)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            await SignalAsync(signal);
            await shell.WaitForExitAsync(deadline.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            shell.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"RabbitMQ did not end:\n{Said()}", failure);
        }
        finally
        {
            shell.Dispose();
            _shell = null;
        }
    }

    /// <summary>Has it stand still, connections and all, until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Has it go on after <see cref="PauseAsync"/>.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Runs <c>rabbitmqctl</c>, which takes seconds.</summary>
    public async Task ControlAsync(params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        await Unprivileged.RunAsync(Environs(Unprivileged.Start(Path.Combine(Programs, "rabbitmqctl"), arguments)), deadline.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync("KILL");
        Administration.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SignalAsync(string signal)
    {
        var input = _shell!.StandardInput;
        await input.WriteLineAsync(signal);
        await input.FlushAsync();
    }

    private async Task ChoosePortsAsync(CancellationToken cancellationToken)
    {
        var ports = FreePort.Find(5);
        (Port, TlsPort, _namesPort, _nodePort) = (ports[0], ports[1], ports[2], ports[3]);
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "rabbitmq.conf"),
            $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            listeners.ssl.1 = 127.0.0.1:{TlsPort}
            ssl_options.cacertfile = {CaFile}
            ssl_options.certfile = {_folder}/server.pem
            ssl_options.keyfile = {_folder}/server.key
            ssl_options.verify = verify_none
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {ports[4]}
            default_user = {RabbitAdministration.User}
            default_pass = {Administration.Password}
            loopback_users = none
            log.console = true
            log.console.level = info

            """,
            cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "plugins"), "[rabbitmq_management].", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "env.conf"), "", cancellationToken);
        await Unprivileged.OwnAsync(_folder, cancellationToken);
        Administration.Connect(ports[4]);
    }

    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shell = Process.Start(Environs(Unprivileged.Start("/bin/bash", "-c", Run, "rabbitmq", "epmd", Path.Combine(Programs, "rabbitmq-server"))))!;
        shell.ErrorDataReceived += (_, line) => Listen(line.Data, null);
        shell.OutputDataReceived += (_, line) => Listen(line.Data, started);
        shell.BeginErrorReadLine();
        shell.BeginOutputReadLine();
        _shell = shell;
        if (await started.Task.WaitAsync(cancellationToken))
        {
            return true;
        }

        await StopAsync("KILL");
        return false;
    }

    private ProcessStartInfo Environs(ProcessStartInfo start)
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["PATH"] = path ?? "/usr/bin:/bin",
            ["LANG"] = "C.UTF-8",
            ["HOME"] = _folder,
            ["ERL_EPMD_PORT"] = _namesPort.ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = _name,
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder, "env.conf"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(_folder, "none.config"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = _folder,
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_DIST_PORT"] = _nodePort.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
            // Has its script become the broker, whose id is then the one that signals go to.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
        })
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private void Listen(string? line, TaskCompletionSource<bool>? started)
    {
        lock (_said)
        {
            _said.Enqueue(line ?? "");
            if (_said.Count > 100)
            {
                _said.Dequeue();
            }
        }

        if (line is null)
        {
            started?.TrySetResult(false);
        }
        else if (line.Contains(Ready, StringComparison.Ordinal))
        {
            started?.TrySetResult(true);
        }
    }

    private string Said()
    {
        lock (_said)
        {
            return string.Join('\n', _said);
        }
    }
}
