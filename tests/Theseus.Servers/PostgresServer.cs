using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Theseus.Servers;

/// <summary>
/// A PostgreSQL of a test's own: in a temporary folder, on the loopback address and a free port, with a random password.
/// It ends with the process that started it, however that ends.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const int Attempts = 5;
    // A standby's word for it ends with 'read-only connections'.
    private const string Ready = "database system is ready to accept ";
    private const string Ended = "database system is shut down";

    // The shell sees the end of its input when the process that started it is gone, and ends the server then.
    private const string Run = """
        "$1" -D "$2" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync="$4" -c max_connections=200 -c shared_buffers=32MB &
        server=$!
        echo "$server"
        read -r how
        kill "-${how:-INT}" "$server"
        wait "$server"
        """;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly string _folder;
    private readonly string _password;
    private readonly bool _isDurable;
    private readonly Queue<string> _said = new();
    private Process? _shell;
    private int _server;
    private int _databases;

    private PostgresServer(string folder, string password, bool isDurable) => (_folder, _password, _isDurable) = (folder, password, isDurable);

    /// <summary>Why none can be started on this machine, and what to do; null when one can.</summary>
    public static string? Missing =>
        OperatingSystem.IsWindows() ? "The tests' PostgreSQL is started by a Unix shell."
        : PostgresBinaries.Folder is null ? "PostgreSQL's server is not on this machine: run eng/postgres.sh, or name the folder of its programs in THESEUS_POSTGRES."
        : null;

    /// <summary>Its port.</summary>
    public int Port { get; private set; }

    /// <summary>Where its programs lie, those for its clients too.</summary>
    public static string ProgramFolder => Programs;

    private static string Programs => PostgresBinaries.Folder ?? throw new InvalidOperationException(Missing);

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a new one and starts it.</summary>
    /// <param name="isDurable">Whether what is committed outlives a power cut, as it does in use; a test is spared the time of that.</param>
    public static Task<PostgresServer> StartNewAsync(bool isDurable = false) =>
        MakeAsync(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), isDurable, async (server, cancellationToken) =>
        {
            var password = Path.Combine(server._folder, "password");
            await File.WriteAllTextAsync(password, server._password, cancellationToken);
            await Unprivileged.OwnAsync(server._folder, cancellationToken);
            await Unprivileged.RunAsync(
                Unprivileged.Start(Path.Combine(Programs, "initdb"), "-D", server.Data, "-U", "postgres", "-A", "scram-sha-256", $"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"), cancellationToken);
        });

    /// <summary>Makes a standby of it and starts that. From then on a change is answered for only when the standby has it too.</summary>
    public async Task<PostgresServer> StartStandbyAsync()
    {
        var standby = await MakeAsync(_password, _isDurable, async (server, cancellationToken) =>
        {
            await Unprivileged.OwnAsync(server._folder, cancellationToken);
            var copy = Unprivileged.Start(
                Path.Combine(Programs, "pg_basebackup"), "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-D", server.Data, "-R", "-X", "stream", "--no-sync", "--checkpoint=fast");
            copy.Environment["PGPASSWORD"] = _password;
            await Unprivileged.RunAsync(copy, cancellationToken);
        });
        await ExecuteAsync(ConnectionString(), "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()");
        return standby;
    }

    /// <summary>Makes a standby the primary. Nothing waits for a standby of its own then.</summary>
    public Task PromoteAsync() => ExecuteAsync(ConnectionString(), "SELECT pg_promote(true, 60)", "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");

    private static async Task<PostgresServer> MakeAsync(string password, bool isDurable, Func<PostgresServer, CancellationToken, Task> fill)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        var server = new PostgresServer(Directory.CreateTempSubdirectory("theseus-postgres-").FullName, password, isDurable);
        try
        {
            await fill(server, deadline.Token);
            for (var attempt = 1; !await server.TryStartAsync(FreePort.Find(), deadline.Token); attempt++)
            {
                // Somebody else may have taken the port between our look and its start.
                if (attempt == Attempts)
                {
                    throw new InvalidOperationException($"PostgreSQL did not start:\n{server.Said()}");
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

    /// <summary>How its administrator connects.</summary>
    public string ConnectionString(string database = "postgres", string user = "postgres") => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = Port, Database = database, Username = user, Password = _password,
    }.ConnectionString;

    /// <summary>Makes a new database, which a user of its own has and who has nothing else; says how that user connects.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"t{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(ConnectionString(), $"CREATE ROLE {name} LOGIN PASSWORD '{_password}'", $"CREATE DATABASE {name} OWNER {name}", $"REVOKE ALL ON DATABASE {name} FROM PUBLIC");
        return ConnectionString(name, name);
    }

    /// <summary>Runs statements, each for itself, on a connection of their own.</summary>
    public static async Task ExecuteAsync(string connectionString, params string[] statements)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(deadline.Token);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(deadline.Token);
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same port with what it holds.</summary>
    public async Task StartAsync()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        if (!await TryStartAsync(Port, deadline.Token))
        {
            throw new InvalidOperationException($"PostgreSQL did not start again:\n{Said()}");
        }
    }

    /// <summary>Stops it.</summary>
    /// <param name="signal">INT ends connections and writes everything down; QUIT leaves that to the next start, as a crash does; KILL is one.</param>
    public async Task StopAsync(string signal = "INT")
    {
        if (_shell is not { } shell)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            await shell.StandardInput.WriteLineAsync(signal);
            await shell.StandardInput.FlushAsync(deadline.Token);
            await shell.WaitForExitAsync(deadline.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            shell.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"PostgreSQL ({_server}) did not end:\n{Said()}", failure);
        }
        finally
        {
            shell.Dispose();
            _shell = null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync("QUIT");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> TryStartAsync(int port, CancellationToken cancellationToken)
    {
        Port = port;
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shell = Process.Start(Unprivileged.Start("/bin/bash", "-c", Run, "postgres", Path.Combine(Programs, "postgres"), Data, port.ToString(CultureInfo.InvariantCulture), _isDurable ? "on" : "off"))!;
        shell.ErrorDataReceived += (_, line) => Listen(line.Data, started);
        shell.OutputDataReceived += (_, line) => _ = int.TryParse(line.Data, CultureInfo.InvariantCulture, out var id) && (_server = id) != 0;
        shell.BeginErrorReadLine();
        shell.BeginOutputReadLine();
        _shell = shell;
        if (await started.Task.WaitAsync(cancellationToken))
        {
            return true;
        }

        await StopAsync();
        return false;
    }

    private void Listen(string? line, TaskCompletionSource<bool> started)
    {
        lock (_said)
        {
            _said.Enqueue(line ?? "");
            if (_said.Count > 100)
            {
                _said.Dequeue();
            }
        }

        if (line is null || line.Contains(Ended, StringComparison.Ordinal))
        {
            started.TrySetResult(false);
        }
        else if (line.Contains(Ready, StringComparison.Ordinal))
        {
            started.TrySetResult(true);
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
