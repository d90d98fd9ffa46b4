using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control;
using Theseus.Fleet;

namespace Theseus.Server.Tests;

/// <summary>Tokens: made, used, revoked, and never seen again.</summary>
public sealed class TokenLaws
{
    [Fact]
    public async Task TheFirstStartMakesAnAdminsTokenAndNoOtherStartDoes()
    {
        await using var server = await RunningServer.StartAsync();
        var file = Path.Combine(server.DataFolder, TokenIssuer.FirstTokenFile);
        var token = server.Server.FirstToken!.Text;

        Assert.Equal(token, (await File.ReadAllTextAsync(file)).Trim());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        await server.RestartAsync();

        Assert.Null(server.Server.FirstToken);
        await server.Client(token).ReadAsync<Page<TokenView>>("/tokens");
    }

    [Fact]
    public async Task AStartThatCouldNotWriteTheFirstTokenDownLocksNobodyOut()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-token-").FullName;
        var file = Path.Combine(folder, TokenIssuer.FirstTokenFile);
        await using (var plane = await PlaneAsync(folder))
        {
            Directory.CreateDirectory(file);
            await Assert.ThrowsAnyAsync<Exception>(() => new TokenIssuer(plane).EnsureAdminAsync(default));
            Assert.Empty(await plane.Tokens.ReadAllAsync(default));
            Directory.Delete(file);
            // As of a start that died after it had written the file.
            await File.WriteAllTextAsync(file, "of no use");
        }

        await using (var plane = await PlaneAsync(folder))
        {
            var issuer = new TokenIssuer(plane);
            var made = await issuer.EnsureAdminAsync(default);
            Assert.Equal(made!.Token.Id, (await issuer.FindAsync((await File.ReadAllTextAsync(file)).Trim(), default))!.Id);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Task<ControlPlane> PlaneAsync(string folder) =>
        ControlPlane.StartAsync(new ControlPlaneOptions { DataFolder = folder }, new InProcessChannel(), null, NullLoggerFactory.Instance, default);

    [Fact]
    public async Task ATokensTextIsToldOnceAndIsNowhereInTheDatabase()
    {
        await using var server = await RunningServer.StartAsync();
        using var answer = await server.Admin.PostAsync("/tokens", """{ "name": "ci", "role": "operator", "expiresAt": "2999-01-01T00:00:00Z" }""");
        var made = await answer.AsAsync<NewTokenView>(HttpStatusCode.Created);

        Assert.Matches("^theseus_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$", made.Token);
        var list = await server.Admin.GetStringAsync("/api/v1/tokens");
        Assert.Contains(made.Details.Id, list);
        var secret = made.Token!.Split('_', 3)[2];
        Assert.DoesNotContain(secret, list);
        Assert.DoesNotContain("hash", list, StringComparison.OrdinalIgnoreCase);
        await server.Client(made.Token).ReadAsync<ServerStatus>("/status");

        await server.RestartAsync();

        // The lock has nothing in it, and is locked.
        foreach (var file in Directory.GetFiles(server.DataFolder, "theseus.db*").Where(file => Path.GetExtension(file) != ".lock"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(secret, await reader.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task ATokenThatIsRevokedOpensNothingFromThenOn()
    {
        await using var server = await RunningServer.StartAsync();
        var viewer = await server.ClientAsync(AccessRole.Viewer);
        await viewer.ReadAsync<ServerStatus>("/status");
        var id = (await server.Admin.ReadAsync<Page<TokenView>>("/tokens")).Items.Single(one => one.Role == AccessRole.Viewer).Id;

        using var revoked = await server.Admin.DeleteAsync($"/api/v1/tokens/{id}");
        using var again = await server.Admin.DeleteAsync($"/api/v1/tokens/{id}");

        var first = await revoked.AsAsync<TokenView>(HttpStatusCode.OK);
        Assert.False(first.IsValid);
        Assert.Equal(first, await again.AsAsync<TokenView>(HttpStatusCode.OK));
        using var refused = await viewer.GetAsync("/api/v1/status");
        await refused.AsProblemAsync(ErrorCode.Unauthorized);
        var entry = Assert.Single(await server.Server.ControlPlane.Audit.ReadAsync(null, 100, $"token {id}", CancellationToken.None), one => one.Entry.To == "revoked");
        Assert.Equal("admin", entry.Entry.Who);
    }

    [Fact]
    public async Task ATokenEndsWhenItsTimeComes()
    {
        await using var server = await RunningServer.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var ended = await server.Issuer.IssueAsync("late", AccessRole.Viewer, now, "test", CancellationToken.None);
        var valid = await server.Issuer.IssueAsync("soon", AccessRole.Viewer, now + RunningServer.Deadline, "test", CancellationToken.None);

        using var refused = await server.Client(ended.Text).GetAsync("/api/v1/status");

        await refused.AsProblemAsync(ErrorCode.Unauthorized);
        await server.Client(valid.Text).ReadAsync<ServerStatus>("/status");
    }

    [Fact]
    public async Task TheLastAdminsTokenIsNotRevoked()
    {
        await using var server = await RunningServer.StartAsync();

        using var refused = await server.Admin.DeleteAsync($"/api/v1/tokens/{server.Server.FirstToken!.Token.Id}");
        await refused.AsProblemAsync(ErrorCode.LastAdmin);
        await server.ClientAsync(AccessRole.Admin, "second");
        using var done = await server.Admin.DeleteAsync($"/api/v1/tokens/{server.Server.FirstToken!.Token.Id}");

        await done.AsAsync<TokenView>(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("theseus")]
    [InlineData("theseus__")]
    [InlineData("theseus_{id}_")]
    [InlineData("theseus_{id}_{shorter}")]
    [InlineData("theseus_{id}_{secret}A")]
    [InlineData("Theseus_{id}_{secret}")]
    [InlineData("theseus_0000000000000000_{secret}")]
    [InlineData("{secret}")]
    public async Task NothingButTheWholeTokenOpens(string form)
    {
        await using var server = await RunningServer.StartAsync();
        var parts = server.Server.FirstToken!.Text.Split('_', 3);
        var text = form.Replace("{id}", parts[1]).Replace("{secret}", parts[2]).Replace("{shorter}", parts[2][..^1]);

        using var refused = await server.Client(text).GetAsync("/api/v1/status");

        await refused.AsProblemAsync(ErrorCode.Unauthorized);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task WrongTokensAreCountedAndARightOneIsLetThroughAllTheSame()
    {
        await using var server = await RunningServer.StartAsync(options => options.Api.FailedAttemptsPerMinute = 2);
        var wrong = server.Client("theseus_0000000000000000_x");
        for (var i = 0; i < 2; i++)
        {
            using var refused = await wrong.GetAsync("/api/v1/status");
            await refused.AsProblemAsync(ErrorCode.Unauthorized);
        }

        using var tooMany = await wrong.GetAsync("/api/v1/status");

        await tooMany.AsProblemAsync(ErrorCode.TooManyAttempts);
        Assert.NotNull(tooMany.Headers.RetryAfter);
        await server.Admin.ReadAsync<ServerStatus>("/status");
        using var none = await server.Nobody.GetAsync("/api/v1/status");
        await none.AsProblemAsync(ErrorCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{ "name": "theseus", "role": "Viewer" }""", "name")]
    [InlineData("""{ "name": " ", "role": "Viewer" }""", "name")]
    [InlineData("""{ "name": "a\u0007b", "role": "Viewer" }""", "name")]
    [InlineData("""{ "name": "ci", "role": "Owner" }""", "role")]
    [InlineData("""{ "name": "ci", "role": "3" }""", "role")]
    [InlineData("""{ "name": "ci" }""", "role")]
    [InlineData("""{ "name": "ci", "role": "Viewer", "expiresAt": "2000-01-01T00:00:00Z" }""", "expiresAt")]
    [InlineData("""{ "name": "ci", "role": "Viewer", "expiresAt": "2999-01-01T00:00:00" }""", "expiresAt")]
    public async Task ATokenWithAFaultIsNotMade(string body, string at)
    {
        await using var server = await RunningServer.StartAsync();

        using var refused = await server.Admin.PostAsync("/tokens", body);

        Assert.Contains((await refused.AsProblemAsync(ErrorCode.InvalidRequest)).Errors, one => one.At == at);
        Assert.Single((await server.Admin.ReadAsync<Page<TokenView>>("/tokens")).Items);
    }
}
