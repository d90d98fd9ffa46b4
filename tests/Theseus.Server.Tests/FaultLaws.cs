using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage;
using Theseus.Testing;

namespace Theseus.Server.Tests;

/// <summary>The server's own faults: each is brought about for real, has its code, and tells callers nothing of the server's insides.</summary>
public sealed class FaultLaws
{
    private const string ToTwo = """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Immediate" }""";

    [Fact]
    public async Task ASecondControlPlaneOnTheSameFileIsRefusedAndTheFirstOneGoesOn()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        using var asked = await server.Admin.PostAsync("/upgrades", """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Immediate", "parameters": { "observe": "0.5s" } }""");
        var upgrade = await asked.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);

        // In another folder, and with another name: the file is the same.
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(server.DataFolder, "other"), Store = Path.Combine(server.DataFolder, "theseus.db") };
        var refused = await Assert.ThrowsAsync<StorageException>(() => ControlPlane.StartAsync(options, new InProcessChannel(), null, NullLoggerFactory.Instance, default));

        Assert.Equal(StorageFault.Locked, refused.Fault);
        Assert.Contains("in use by another control plane", refused.Message);
        await foreach (var change in server.Server.ControlPlane.Upgrades.WatchAsync(upgrade.Id, default).WithCancellation(new CancellationTokenSource(RunningServer.Deadline).Token))
        {
            upgrade = change;
        }

        Assert.Equal(UpgradeState.Completed, upgrade.State);
    }

    [Fact]
    public async Task ALockedDatabaseIsAStorageFaultAndNothingWasDone()
    {
        await using var server = await RunningServer.StartAsync();
        using (var other = Other(server.DataFolder))
        {
            Run(other, "BEGIN IMMEDIATE");
            using var refused = await server.Admin.PostAsync("/tokens", """{ "name": "ci", "role": "Viewer" }""");
            await ShowsNothingAsync(refused, ErrorCode.StorageFault, server.DataFolder);
            Run(other, "ROLLBACK");
        }

        Assert.Contains(server.DataFolder, server.Log.Said);
        Assert.Single((await server.Admin.ReadAsync<Page<TokenView>>("/tokens")).Items);
    }

    [Theory]
    [InlineData("/status", "tokens")]
    [InlineData("/upgrades", "upgrades")]
    public async Task ADatabaseThatIsNotWhatItWasIsAStorageFault(string path, string table)
    {
        await using var server = await RunningServer.StartAsync();
        using var other = Other(server.DataFolder);
        Run(other, $"ALTER TABLE {table} RENAME TO gone");

        using var refused = await server.Admin.GetAsync(Calls.Api + path);
        await ShowsNothingAsync(refused, ErrorCode.StorageFault, server.DataFolder, table);

        Assert.Contains($"no such table: {table}", server.Log.Said);
        Assert.Equal("""{"status":"alive"}""", await server.Admin.GetStringAsync("/api/v1/health"));
        Run(other, $"ALTER TABLE gone RENAME TO {table}");
        Assert.Equal(0, (await server.Admin.ReadAsync<ServerStatus>("/status")).Nodes);
    }

    [Fact]
    public async Task InAnApplicationOfTheUsersOwnATokenThatCannotBeLookedUpIsAStorageFaultToo()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-embedded-").FullName;
        await using (var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { DataFolder = folder }, new InProcessChannel(), null, NullLoggerFactory.Instance, CancellationToken.None))
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Services.AddTheseusApi(plane);
            await using var application = builder.Build();
            application.Urls.Add("http://127.0.0.1:0");
            application.MapTheseusApi();
            await application.StartAsync();
            var token = await application.Services.GetRequiredService<TokenIssuer>().EnsureAdminAsync(CancellationToken.None);
            using var client = new HttpClient { BaseAddress = new Uri(application.Urls.First()), Timeout = RunningServer.Deadline };
            client.DefaultRequestHeaders.Authorization = new("Bearer", token!.Text);
            using (var other = Other(folder))
            {
                Run(other, "ALTER TABLE tokens RENAME TO gone");
            }

            using var refused = await client.GetAsync("/api/v1/status");
            await ShowsNothingAsync(refused, ErrorCode.StorageFault, folder, "tokens");
            await application.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task AControlPlaneThatHasEndedIsSaidToBeStopping()
    {
        await using var server = await RunningServer.StartAsync();
        await server.Server.ControlPlane.DisposeAsync();

        using var look = await server.Admin.GetAsync("/api/v1/status");
        using var order = await server.Admin.PostAsync("/upgrades", ToTwo);

        await ShowsNothingAsync(look, ErrorCode.Stopping, server.DataFolder, "Disposed");
        await ShowsNothingAsync(order, ErrorCode.Stopping, server.DataFolder, "Disposed");
    }

    [Fact]
    public async Task AnOrderThatComesAsTheControlPlaneEndsIsSaidToBeTooLateAndIsNotDone()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RunningServer.StartWithNodeAsync(options => options.ControlPlane.Feasibility.SurfaceOf = _ =>
        {
            asked.TrySetResult();
            goOn.Task.Wait(RunningServer.Deadline, CancellationToken.None);
            return null;
        });
        var ordering = server.Admin.PostAsync("/upgrades", ToTwo);
        await asked.Task.WaitAsync(RunningServer.Deadline);
        await server.Server.ControlPlane.DisposeAsync();

        goOn.SetResult();

        using var order = await ordering;
        await ShowsNothingAsync(order, ErrorCode.Stopping, server.DataFolder, "Disposed");
    }

    [Fact]
    public async Task ARequestThatIsNotDoneWithinTwoMinutesIsTimedOut()
    {
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await RunningServer.StartAsync(options => options.ControlPlane.DiscoveryInterval = TimeSpan.FromHours(1), time);
        using var call = RawCall.To(server);
        await call.WriteAsync($"{WireLaws.Post(server, "/line/stop")}Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
        // The server says this when it begins to wait for the body.
        Assert.Equal(100, (await call.ReadAsync()).Status);

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.DoesNotContain("Exception", (await call.ReadProblemAsync(ErrorCode.TimedOut)).Detail);
        Assert.Null(await server.Server.ControlPlane.Upgrades.GetLineStopAsync(CancellationToken.None));
    }

    [Fact]
    public async Task WhatNobodyThoughtOfIsAnInternalErrorThatTheLogAloneExplains()
    {
        await using var server = await RunningServer.StartWithNodeAsync(options => options.ControlPlane.Feasibility.SurfaceOf = _ => throw new InvalidOperationException("The vault's key is 4711."));

        using var broken = await server.Admin.PostAsync("/upgrades/plan", ToTwo);
        var problem = await ShowsNothingAsync(broken, ErrorCode.InternalError, server.DataFolder, "4711", "vault");

        Assert.NotEmpty(problem.TraceId!);
        Assert.Contains(problem.TraceId!, problem.Detail);
        Assert.Contains(problem.TraceId!, server.Log.Said);
        Assert.Contains("4711", server.Log.Said);
    }

    private static async Task<ApiProblem> ShowsNothingAsync(HttpResponseMessage answer, ErrorCode expected, params string[] insides)
    {
        var problem = await answer.AsProblemAsync(expected);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.All([.. insides, "Exception", "SQLite", "   at "], inside => Assert.DoesNotContain(inside, text));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return problem;
    }

    /// <summary>Another program's way into a control plane's database.</summary>
    private static SqliteConnection Other(string folder)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "theseus.db"), Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
