using System.Text;
using Theseus.Control;
using Theseus.Control.Audit;

namespace Theseus.Server.Tests;

/// <summary>The stream of all changes: each once, in order, whatever happens to the connection.</summary>
public sealed class EventLaws
{
    [Fact]
    public async Task AChangeIsToldAsItIsStoredAndIsTheRecordOfTheAudit()
    {
        await using var server = await RunningServer.StartAsync();
        await using var events = await EventReader.OpenAsync(server.Admin, "/events");

        using var stopped = await server.Admin.PostAsync("/line/stop", """{ "why": "smoke" }""");
        var (id, told) = (await events.NextAsync<AuditRecord>("change"))!.Value;

        Assert.Equal(("admin", "line", "stopped", "smoke"), (told.Entry.Who, told.Entry.Subject, told.Entry.To, told.Entry.Why));
        Assert.Equal(id, told.Sequence);
        Assert.Equal(told, (await server.Admin.ReadAsync<Page<AuditRecord>>("/audit?count=1")).Items.Single());
    }

    [Fact]
    public async Task AfterAGapEachMissedChangeIsToldOnceAndInOrder()
    {
        await using var server = await RunningServer.StartAsync();
        await using var before = await EventReader.OpenAsync(server.Admin, "/events", "0");
        var seen = new List<long> { (await before.NextAsync<AuditRecord>("change"))!.Value.Id };
        await before.DisposeAsync();

        // More than are read from the database at once, and half of them before a restart.
        for (var i = 0; i < 150; i++)
        {
            await server.Issuer.IssueAsync($"gap{i}", AccessRole.Viewer, null, "test", CancellationToken.None);
        }

        var admin = server.Server.FirstToken!.Text;
        await server.RestartAsync();
        for (var i = 150; i < 300; i++)
        {
            await server.Issuer.IssueAsync($"gap{i}", AccessRole.Viewer, null, "test", CancellationToken.None);
        }

        await using var after = await EventReader.OpenAsync(server.Client(admin), "/events", seen[^1].ToString());
        while (seen.Count < 290)
        {
            seen.Add((await after.NextAsync<AuditRecord>("change"))!.Value.Id);
        }

        // And on from there without a seam, for what is stored while it is connected.
        await server.Issuer.IssueAsync("live", AccessRole.Viewer, null, "test", CancellationToken.None);
        while (seen.Count < 302)
        {
            seen.Add((await after.NextAsync<AuditRecord>("change"))!.Value.Id);
        }

        Assert.Equal(Enumerable.Range(1, 302).Select(one => (long)one), seen);
    }

    [Fact]
    public async Task TheQuerySaysWhereToBeginAndTheHeaderOfWhoConnectsAgainGoesBeforeIt()
    {
        await using var server = await RunningServer.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await server.Issuer.IssueAsync($"one{i}", AccessRole.Viewer, null, "test", CancellationToken.None);
        }

        await using var query = await EventReader.OpenAsync(server.Admin, "/events?after=1");
        await using var both = await EventReader.OpenAsync(server.Admin, "/events?after=1", "2");

        Assert.Equal(2, (await query.NextAsync<AuditRecord>("change"))!.Value.Id);
        Assert.Equal(3, (await both.NextAsync<AuditRecord>("change"))!.Value.Id);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1000000")]
    public async Task AnEventThatThereNeverWasIsNoPlaceToGoOnFrom(string lastSeen)
    {
        await using var server = await RunningServer.StartAsync();

        using var refused = await EventReader.TryOpenAsync(server.Admin, "/events", lastSeen);

        await refused.AsProblemAsync(ErrorCode.InvalidRequest);
    }

    [Fact]
    public async Task AStreamEndsWhenItsTokenIsRevoked()
    {
        await using var server = await RunningServer.StartAsync();
        var issued = await server.Issuer.IssueAsync("viewer", AccessRole.Viewer, null, "test", CancellationToken.None);
        await using var events = await EventReader.OpenAsync(server.Client(issued.Text), "/events");

        using var revoked = await server.Admin.DeleteAsync($"/api/v1/tokens/{issued.Token.Id}");

        Assert.Null(await events.NextAsync<AuditRecord>("change"));
    }

    [Fact]
    public async Task AStreamEndsCleanlyWithTheServer()
    {
        await using var server = await RunningServer.StartAsync();
        await using var events = await EventReader.OpenAsync(server.Admin, "/events");

        await server.Server.DisposeAsync();

        Assert.Null(await events.NextAsync<AuditRecord>("change"));
    }

    [Fact]
    public async Task MoreStreamsThanAllowedAreRefusedUntilOneEnds()
    {
        await using var server = await RunningServer.StartAsync(options => options.Api.MostEventStreams = 2);
        await using var first = await EventReader.OpenAsync(server.Admin, "/events");
        await using var second = await EventReader.OpenAsync(server.Admin, "/events");

        using var refused = await EventReader.TryOpenAsync(server.Admin, "/events");
        await refused.AsProblemAsync(ErrorCode.TooManyStreams);

        await first.DisposeAsync();
        using var deadline = new CancellationTokenSource(RunningServer.Deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        HttpResponseMessage again;
        while (!(again = await EventReader.TryOpenAsync(server.Admin, "/events")).IsSuccessStatusCode)
        {
            again.Dispose();
            await timer.WaitForNextTickAsync(deadline.Token);
        }

        again.Dispose();
    }

    [Fact]
    public async Task AStreamOnWhichNothingHappensSaysThatItIsStillThere()
    {
        await using var server = await RunningServer.StartAsync(options => options.Api.EventHeartbeat = TimeSpan.FromMilliseconds(1));
        using var answer = await EventReader.TryOpenAsync(server.Admin, "/events");
        using var deadline = new CancellationTokenSource(RunningServer.Deadline);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(), Encoding.UTF8);

        string? line;
        while ((line = await reader.ReadLineAsync(deadline.Token)) is not null && !line.StartsWith(':'))
        {
            Assert.DoesNotContain("data:", line);
        }

        Assert.NotNull(line);
    }
}
