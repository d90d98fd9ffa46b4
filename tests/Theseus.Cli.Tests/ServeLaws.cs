using System.Diagnostics;
using System.Net;
using Npgsql;
using Theseus.Servers;

namespace Theseus.Cli.Tests;

/// <summary><c>theseus serve</c> as those who run it have it: a process.</summary>
public sealed class ServeLaws : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory.Replace("Theseus.Cli.Tests", "Theseus.Cli", StringComparison.Ordinal), "theseus.dll");

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-serve-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ItServesOnThisMachineAloneAndMakesItsFirstTokenOnce()
    {
        string token;
        using (var first = Start("serve", "--address", "http://127.0.0.1:0"))
        {
            var address = await AddressAsync(first);
            token = (await File.ReadAllTextAsync(Path.Combine(_folder, ".theseus-control", "admin.token"))).Trim();
            Assert.Equal(token, await first.StandardOutput.ReadLineAsync().WaitAsync(s_deadline));
            using var client = new HttpClient();
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{address}/api/v1/health")).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync($"{address}/api/v1/status")).StatusCode);
            using var asked = Start("upgrade", "list", "--server", address);
            await asked.WaitForExitAsync().WaitAsync(s_deadline);
            Assert.Equal(0, asked.ExitCode);
            first.Kill();
            await first.WaitForExitAsync().WaitAsync(s_deadline);
        }

        using var again = Start("serve", "--address", "http://127.0.0.1:0");
        await AddressAsync(again);
        Assert.Equal(token, (await File.ReadAllTextAsync(Path.Combine(_folder, ".theseus-control", "admin.token"))).Trim());
        using var second = Start("serve", "--address", "http://0.0.0.0:0");
        await second.WaitForExitAsync().WaitAsync(s_deadline);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("encryption", await second.StandardError.ReadToEndAsync());
        again.Kill();
        await again.WaitForExitAsync().WaitAsync(s_deadline);
    }

    [Fact]
    public async Task AServerWithoutNodesSaysThatNoneHasReportedAComponent()
    {
        using var server = Start("serve", "--address", "http://127.0.0.1:0");
        var address = await AddressAsync(server);
        using var asked = Start("upgrade", "plan", "markdown=2.0.0", "--server", address);
        await asked.WaitForExitAsync().WaitAsync(s_deadline);

        Assert.Equal(5, asked.ExitCode);
        Assert.Contains("There are none yet: no node has reported one.", await asked.StandardOutput.ReadToEndAsync() + await asked.StandardError.ReadToEndAsync());
        server.Kill();
        await server.WaitForExitAsync().WaitAsync(s_deadline);
    }

    [Fact]
    public async Task OnPostgresItServesAndNoPasswordIsEverShown()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var postgres = await PostgresServer.StartNewAsync();
        var store = await postgres.CreateDatabaseAsync();
        var password = new NpgsqlConnectionStringBuilder(store).Password!;
        using (var argued = Start("serve", "--store", store))
        {
            await argued.WaitForExitAsync().WaitAsync(s_deadline);
            Assert.Equal(2, argued.ExitCode);
            var said = await argued.StandardError.ReadToEndAsync() + await argued.StandardOutput.ReadToEndAsync();
            Assert.Contains("THESEUS_STORE", said);
            Assert.DoesNotContain(password, said);
        }

        using (var server = StartOn(store, "serve", "--address", "http://127.0.0.1:0", "--verbose"))
        {
            var address = await AddressAsync(server);
            using var stopped = Start("stop-the-line", "--why", "smoke", "--server", address);
            await stopped.WaitForExitAsync().WaitAsync(s_deadline);
            Assert.Equal(0, stopped.ExitCode);
            server.Kill();
            await server.WaitForExitAsync().WaitAsync(s_deadline);
            Assert.DoesNotContain(password, await server.StandardError.ReadToEndAsync() + await server.StandardOutput.ReadToEndAsync());
        }

        Assert.False(File.Exists(Path.Combine(_folder, ".theseus-control", "theseus.db")));
        await postgres.StopAsync();
        using var away = StartOn(store, "serve", "--address", "http://127.0.0.1:0");
        await away.WaitForExitAsync().WaitAsync(s_deadline);
        var problem = await away.StandardError.ReadToEndAsync();
        Assert.Contains("does not answer", problem);
        Assert.DoesNotContain(password, problem);
    }

    private static async Task<string> AddressAsync(Process server)
    {
        var line = await server.StandardOutput.ReadLineAsync().WaitAsync(s_deadline) ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync());
        return line.Split(' ').First(word => word.StartsWith("http", StringComparison.Ordinal)).TrimEnd('.');
    }

    private Process Start(params string[] args) => StartOn("", args);

    private Process StartOn(string store, params string[] args) => Process.Start(new ProcessStartInfo("dotnet", [s_program, .. args])
    {
        WorkingDirectory = _folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["THESEUS_STORE"] = store },
    })!;
}
