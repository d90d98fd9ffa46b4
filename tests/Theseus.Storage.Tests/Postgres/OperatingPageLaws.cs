using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;
using Theseus.Servers;

namespace Theseus.Storage.Tests.Postgres;

/// <summary>What the page on operating says of the database works as it is written there, on a server of its own.</summary>
public sealed partial class OperatingPageLaws
{
    private const string Password = "what-the-page-leaves-open";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task ADatabaseIsMadeDumpedRestoredAndItsPasswordRotatedAsThePageSays()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var page = await PageAsync();
        await using var server = await PostgresServer.StartNewAsync();
        var administrator = new NpgsqlConnectionStringBuilder(server.ConnectionString());

        // Setting it up.
        await ExecuteAsync(server, Code(page, "CREATE ROLE theseus LOGIN"));
        var address = As("theseus");
        await using (var store = await ControlStore.OpenAsync(address, null, default))
        {
            await store.Upgrades.AddAsync(Sample.Upgrade("before", "a"), Sample.Entry("before the dump"), default);
        }

        // A backup, a change after it, and the restored database.
        var folder = Directory.CreateTempSubdirectory("theseus-dump-").FullName;
        await RunAsync(Code(page, "pg_dump "), folder);
        await using (var store = await ControlStore.OpenAsync(address, null, default))
        {
            await store.Upgrades.AddAsync(Sample.Upgrade("after", "b"), Sample.Entry("after the dump"), default);
        }

        NpgsqlConnection.ClearAllPools();
        await RunAsync(Code(page, "pg_restore "), folder);
        await using (var store = await ControlStore.OpenAsync(address, null, default))
        {
            Assert.Equal(["before"], (await store.Upgrades.ReadRunningAsync(default)).Select(one => one.Id));
            var audit = await store.Audit.VerifyAsync(null, default);
            Assert.Equal((1, 0), (audit.Records, audit.Problems.Count));
        }

        // Another role with another password, side by side with the first.
        await ExecuteAsync(server, Code(page, "CREATE ROLE theseus2 LOGIN"));
        await using (var first = await ControlStore.OpenAsync(address, null, default))
        await using (var second = await ControlStore.OpenAsync(As("theseus2"), null, default))
        {
            await second.Upgrades.AddAsync(Sample.Upgrade("second", "c"), Sample.Entry("by the new role"), default);
            await first.Upgrades.AddAsync(Sample.Upgrade("first", "d"), Sample.Entry("by the old one"), default);
            Assert.Equal(3, (await second.Upgrades.ReadRunningAsync(default)).Count);
        }

        Directory.Delete(folder, recursive: true);

        string As(string role) => new NpgsqlConnectionStringBuilder(server.ConnectionString("theseus", role)) { Password = Password }.ConnectionString;

        async Task RunAsync(string command, string where)
        {
            var start = new ProcessStartInfo("/bin/bash", ["-c", $"PATH=\"{PostgresServer.ProgramFolder}:$PATH\" {command}"]) { WorkingDirectory = where, RedirectStandardError = true };
            (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"]) = ("127.0.0.1", administrator.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "postgres");
            start.Environment["PGPASSWORD"] = administrator.Password;
            using var process = Process.Start(start)!;
            var said = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(s_deadline);
            Assert.True(process.ExitCode == 0, $"'{command}' ended with {process.ExitCode}: {await said}");
        }
    }

    private static Task ExecuteAsync(PostgresServer server, string statements) =>
        PostgresServer.ExecuteAsync(server.ConnectionString(), statements.Replace("…", Password, StringComparison.Ordinal).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The one piece of code on the page that begins so.</summary>
    private static string Code(string page, string beginning) => Assert.Single(Inline().Matches(page).Select(match => match.Groups["code"].Value), code => code.StartsWith(beginning, StringComparison.Ordinal));

    private static async Task<string> PageAsync()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Theseus.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository's root was not found above the tests.");
        }

        return await File.ReadAllTextAsync(Path.Combine(folder, "docs", "operating.md"));
    }

    [GeneratedRegex("`(?<code>[^`\n]+)`")]
    private static partial Regex Inline();
}
