using System.Net.Http.Headers;
using NuGet.Versioning;
using Theseus.Testing;

namespace Theseus.Packaging.Tests.Feeds;

public sealed class NuGetFeedLaws : IAsyncLifetime
{
    private const string Package = "/flat/theseus.fixtures.counter/2.5.0-rc.1/theseus.fixtures.counter.2.5.0-rc.1.nupkg";
    private const string Versions = "/flat/theseus.fixtures.counter/index.json";
    private static readonly TimeSpan deadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan silence = new NuGetFeedOptions().SilenceTimeout;

    // What is left of the overall deadline, at the least, after all that these tests let pass.
    private static readonly TimeSpan overall = new NuGetFeedOptions().OverallTimeout / 2;
    private static readonly FeedRelease release = new("counter", "Theseus.Fixtures.Counter", NuGetVersion.Parse("2.5.0-rc.1"), "");
    private readonly ManualTimeProvider _time = new();
    private readonly List<IDisposable> _feeds = [];
    private FeedServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await FeedServer.Start();

    public async ValueTask DisposeAsync()
    {
        _feeds.ForEach(f => f.Dispose());
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task VersionsAreListedOldestFirst()
    {
        var listing = await Feed().ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None);
        Assert.Equal(["1.0.0", "2.5.0-rc.1"], listing.Releases.Select(r => r.Version.ToString()));
        Assert.Empty(listing.Problems);
        Assert.All(listing.Releases, r => Assert.StartsWith(_server.Address.ToString(), r.Location));
    }

    [Fact]
    public async Task ADownloadedPackageIsTheReleaseThatWasPacked()
    {
        await using var content = await Feed().OpenAsync(release, CancellationToken.None);
        Assert.True((await ReleasePackage.ReadAsync(content, PackageLimits.Default, CancellationToken.None)).IsAccepted);
    }

    [Fact]
    public async Task TheServiceIndexIsAskedOnce()
    {
        var feed = Feed();
        await feed.ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None);
        await (await feed.OpenAsync(release, CancellationToken.None)).DisposeAsync();
        Assert.Single(_server.Requests, r => r == "/v3/index.json");
    }

    [Fact]
    public async Task APackageThatTheFeedDoesNotHaveIsToldAtOnce()
    {
        var listing = await Feed().ListAsync("counter", "Unknown", CancellationToken.None);
        Assert.Empty(listing.Releases);
        Assert.Equal(FeedFaultCode.NotFound, Assert.Single(listing.Faults).Code);
        await Fails(FeedFaultCode.NotFound, Feed().OpenAsync(release with { PackageId = "Unknown" }, CancellationToken.None));
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task APassingFailureIsTriedAgainAfterAPause(int status)
    {
        _server.Next(Package, FeedServer.Status(status), FeedServer.Status(status));
        var opening = Feed().OpenAsync(release, CancellationToken.None);
        await Pause(opening);
        await Pause(opening);
        await using var content = await opening.WaitAsync(deadline);
        Assert.Equal(Repository.CounterPackage.Length, content.Length);
        Assert.Equal(3, _server.Requests.Count(r => r == Package));
    }

    [Fact]
    public async Task AFailureThatDoesNotPassEndsInAFault()
    {
        _server.Next(Package, [.. Enumerable.Repeat(FeedServer.Status(502), 10)]);
        var opening = Feed().OpenAsync(release, CancellationToken.None);
        for (var i = 0; i < 3; i++)
            await Pause(opening);
        await Fails(FeedFaultCode.Unavailable, opening);
        Assert.Equal(4, _server.Requests.Count(r => r == Package));
    }

    [Fact]
    public async Task AFeedThatAsksForPatienceIsGivenIt()
    {
        _server.Next(Package, FeedServer.Status(429, "100"));
        var opening = Feed().OpenAsync(release, CancellationToken.None);
        await Armed(opening);
        _time.Advance(TimeSpan.FromSeconds(99));
        Assert.Equal(TimeSpan.FromSeconds(1), _time.NextTimerDueIn);
        Assert.Single(_server.Requests, r => r == Package);
        _time.Advance(TimeSpan.FromSeconds(1));
        await using var content = await opening.WaitAsync(deadline);
        Assert.Equal(2, _server.Requests.Count(r => r == Package));
    }

    [Fact]
    public async Task ADateToComeBackAtIsKept()
    {
        var at = _time.GetUtcNow() + TimeSpan.FromSeconds(60);
        _server.Next(Package, FeedServer.Status(503, at.ToString("R")));
        var opening = Feed().OpenAsync(release, CancellationToken.None);
        await Armed(opening);
        Assert.Equal(TimeSpan.FromSeconds(60), _time.NextTimerDueIn);
        _time.Advance(TimeSpan.FromSeconds(60));
        await using var content = await opening.WaitAsync(deadline);
    }

    [Fact]
    public async Task MorePatienceThanTheDeadlineAllowsIsNotAskedFor()
    {
        _server.Next(Package, FeedServer.Status(429, "3600"));
        await Fails(FeedFaultCode.Throttled, Feed().OpenAsync(release, CancellationToken.None));
    }

    [Fact]
    public async Task ASilentFeedIsTriedAgain()
    {
        _server.Next(Package, FeedServer.Hang, FeedServer.HangInTheMiddle);
        var opening = Feed().OpenAsync(release, CancellationToken.None);
        for (var i = 0; i < 2; i++)
        {
            // The overall deadline and the silence timeout are armed while the server is silent.
            await Sooner(_server.WhenAsked(Package, i + 1, deadline), opening);
            await Sooner(_time.WaitForTimersAsync(2, deadline), opening);
            _time.Advance(silence);
            await Pause(opening);
        }

        await using var content = await opening.WaitAsync(deadline);
        Assert.Equal(Repository.CounterPackage.Length, content.Length);
    }

    [Fact]
    public async Task NobodyWaitsPastTheDeadline()
    {
        _server.Next(Package, FeedServer.Hang);
        var opening = Feed(new() { OverallTimeout = TimeSpan.FromSeconds(10) }).OpenAsync(release, CancellationToken.None);
        await Sooner(_server.WhenAsked(Package, 1, deadline), opening);
        _time.Advance(TimeSpan.FromSeconds(10));
        await Fails(FeedFaultCode.TimedOut, opening);
    }

    [Fact]
    public async Task ABodyThatBreaksOffIsFetchedAgain()
    {
        _server.Next(Package, FeedServer.BreakOff);
        var opening = Feed().OpenAsync(release, CancellationToken.None);
        await Pause(opening);
        await using var content = await opening.WaitAsync(deadline);
        Assert.Equal(Repository.CounterPackage.Length, content.Length);
    }

    [Fact]
    public async Task ABodyOverTheLimitIsNotTaken()
    {
        await Fails(FeedFaultCode.TooLarge, Feed(new() { Limits = new() { MaxPackageBytes = 1000 } }).OpenAsync(release, CancellationToken.None));
        _server.Next(Package, async context =>
        {
            // Without a length; it would go on for ever.
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(new byte[10_000]);
        });
        await Fails(FeedFaultCode.TooLarge, Feed(new() { Limits = new() { MaxPackageBytes = 1 << 20 } }).OpenAsync(release, CancellationToken.None));
    }

    [Fact]
    public async Task ARedirectIsFollowed()
    {
        _server.Next("/v3/index.json", FeedServer.Redirect("/elsewhere"));
        _server.Next("/elsewhere", FeedServer.Redirect("/v3/index.json"));
        Assert.Equal(2, (await Feed().ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None)).Releases.Count);
    }

    [Fact]
    public async Task RedirectsWithoutEndAreNot()
    {
        _server.Next("/v3/index.json", [.. Enumerable.Repeat(FeedServer.Redirect("/v3/index.json"), 20)]);
        await Fails(FeedFaultCode.ProtocolViolated, Feed().ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None));
    }

    [Fact]
    public async Task ARedirectToAnAddressThatIsNotEncryptedIsNotFollowed()
    {
        _server.Next(Package, FeedServer.Redirect("http://feed.invalid/package"));
        await Fails(FeedFaultCode.Insecure, Feed().OpenAsync(release, CancellationToken.None));
    }

    [Fact]
    public async Task AServiceIndexThatLeadsToAnAddressThatIsNotEncryptedIsRefused()
    {
        _server.Next("/v3/index.json", FeedServer.Text("""{"resources":[{"@id":"http://feed.invalid/flat/","@type":"PackageBaseAddress/3.0.0"}]}"""));
        await Fails(FeedFaultCode.Insecure, Feed().OpenAsync(release, CancellationToken.None));
    }

    [Fact]
    public void OnlyEncryptedAddressesAndThisMachinesOwnMakeAFeed()
    {
        Assert.Throws<ArgumentException>(() => new NuGetFeed(new Uri("http://feed.invalid/v3/index.json")));
        Assert.Throws<ArgumentException>(() => new NuGetFeed(new Uri("ftp://127.0.0.1/index.json")));
        using var feed = new NuGetFeed(new Uri("https://feed.invalid/v3/index.json"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"resources":1}""")]
    [InlineData("""{"resources":[{"@id":"https://x"}]}""")]
    [InlineData("""{"resources":[{"@id":7,"@type":"PackageBaseAddress/3.0.0"}]}""")]
    [InlineData("""{"resources":[{"@id":"/relative","@type":["PackageBaseAddress/3.0.0"]}]}""")]
    public async Task AServiceIndexThatIsNoneIsAFault(string text)
    {
        _server.Next("/v3/index.json", FeedServer.Text(text));
        await Fails(FeedFaultCode.ProtocolViolated, Feed().ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None));
    }

    [Fact]
    public async Task AVersionThatIsNoneIsToldAndHidesNoOther()
    {
        _server.Next(Versions, FeedServer.Text("""{"versions":["1.0.0","one",null,"2.0.0"]}"""));
        var listing = await Feed().ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None);
        Assert.Equal(["1.0.0", "2.0.0"], listing.Releases.Select(r => r.Version.ToString()));
        Assert.Equal(2, listing.Faults.Count);
    }

    [Fact]
    public async Task CredentialsGoWithEveryRequestAndNeverIntoAMessage()
    {
        var asked = new List<Uri>();
        var feed = Feed(new()
        {
            Credentials = (address, _) =>
            {
                asked.Add(address);
                return new(new AuthenticationHeaderValue("Bearer", "s3cret"));
            },
        });
        _server.Next(Package, FeedServer.Status(401));
        var failure = await Fails(FeedFaultCode.Unauthorized, feed.OpenAsync(release, CancellationToken.None));
        Assert.Equal(["Bearer s3cret", "Bearer s3cret"], _server.Authorizations);
        Assert.Equal([new Uri(_server.Address, "v3/index.json"), new Uri(_server.Address, Package)], asked);
        Assert.DoesNotContain("s3cret", failure.ToString());
    }

    [Fact]
    public async Task SecretsInAnAddressAreNotShown()
    {
        var index = new UriBuilder(_server.Index) { UserName = "user", Password = "s3cret", Query = "key=s3cret" }.Uri;
        using var feed = new NuGetFeed(index, _time);
        _server.Next("/v3/index.json", FeedServer.Status(403));
        var failure = await Fails(FeedFaultCode.Unauthorized, feed.ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None));
        Assert.DoesNotContain("s3cret", failure.ToString() + feed.Name);
    }

    [Fact]
    public async Task AServerThatIsNotThereIsUnavailable()
    {
        await _server.DisposeAsync();
        var listing = Feed(new() { MaxAttempts = 2 }).ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None);
        await Pause(listing);
        await Fails(FeedFaultCode.Unavailable, listing);
    }

    [Fact]
    public async Task TheCallersOwnCancellationIsNotAFault()
    {
        _server.Next(Package, FeedServer.Hang);
        using var cancellation = new CancellationTokenSource();
        var opening = Feed().OpenAsync(release, cancellation.Token);
        await Sooner(_server.WhenAsked(Package, 1, deadline), opening);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(deadline));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task AnIdThatLeadsElsewhereIsMisuse(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Feed().ListAsync("counter", id, CancellationToken.None));

    private NuGetFeed Feed(NuGetFeedOptions? options = null)
    {
        var feed = new NuGetFeed(_server.Index, _time, options);
        _feeds.Add(feed);
        return feed;
    }

    // Between two tries the overall deadline and the pause are armed, and no request is under way.
    // While a request ends, the overall deadline alone may be the next: only what is neither that nor a silence is a pause.
    private async Task<TimeSpan> Armed(Task work)
    {
        var due = TimeSpan.Zero;
        await Sooner(
            _time.WaitUntilAsync(
                clock =>
                {
                    due = clock.NextTimerDueIn ?? silence;
                    return due != silence && due < overall && clock.ArmedTimers == 2;
                },
                deadline),
            work);
        return due;
    }

    private async Task Pause(Task work) => _time.Advance(await Armed(work));

    // Work that fails ends the wait, with its failure.
    private static async Task Sooner(Task awaited, Task work)
    {
        if (await Task.WhenAny(awaited, work) == work)
            await work;
        await awaited;
    }

    private static async Task<FeedException> Fails(FeedFaultCode code, Task work)
    {
        var failure = await Assert.ThrowsAsync<FeedException>(() => work.WaitAsync(deadline));
        Assert.Equal(code, failure.Fault!.Code);
        return failure;
    }
}
