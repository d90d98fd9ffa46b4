using System.Text;
using Theseus.Packaging.Tests.Reading;

namespace Theseus.Packaging.Tests.Feeds;

public sealed class FolderFeedLaws : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderFeed _feed;

    public FolderFeedLaws() => _feed = new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReleasesAreKnownByTheirManifestsWhateverTheirFilesAreCalled()
    {
        await Put("one.nupkg", Repository.CounterPackage);
        await Put("other.nupkg", Version("1.0.0"));
        var listing = await List();
        Assert.Empty(listing.Problems);
        Assert.Equal(["1.0.0", "2.5.0-rc.1"], listing.Releases.Select(r => r.Version.ToString()));
        Assert.All(listing.Releases, r => Assert.Equal(("counter", "Theseus.Fixtures.Counter"), (r.Component, r.PackageId)));
        await using var content = await _feed.OpenAsync(listing.Releases[0], CancellationToken.None);
        var package = await ReleasePackage.ReadAsync(content, PackageLimits.Default, CancellationToken.None);
        Assert.Equal("1.0.0", package.Package!.Manifest.Version.ToString());
    }

    [Fact]
    public async Task NewChangedAndDeletedFilesAreNoticed()
    {
        Assert.Empty((await List()).Releases);
        await Put("a.nupkg", Repository.CounterPackage);
        var found = Assert.Single((await List()).Releases);
        await Put("a.nupkg", Version("9.0.0"));
        Assert.Equal("9.0.0", Assert.Single((await List()).Releases).Version.ToString());
        File.Delete(_folder.File("a.nupkg"));
        Assert.Empty((await List()).Releases);
        var failure = await Assert.ThrowsAsync<FeedException>(() => _feed.OpenAsync(found, CancellationToken.None));
        Assert.Equal(FeedFaultCode.NotFound, failure.Fault!.Code);
    }

    [Fact]
    public async Task ADamagedPackageIsAFaultAndHidesNoOther()
    {
        await Put("bad.nupkg", Damages.All["file of another content"].Package());
        await Put("good.nupkg", Repository.CounterPackage);
        await Put("text.nupkg", "no package"u8.ToArray());
        var listing = await List();
        Assert.Single(listing.Releases);
        Assert.Equal(["bad.nupkg", "text.nupkg"], listing.Faults.Select(f => Path.GetFileName(f.Place)));
        Assert.Equal([FaultCode.FileDigestWrong], listing.Faults[0].PackageFaults.Select(f => f.Code));
        Assert.Equal(2, listing.Problems.Count);
    }

    [Fact]
    public async Task AnOrdinaryPackageIsNoneOfItsBusiness()
    {
        await Put("contract.nupkg", new DamagedPackage().Remove(ReleaseManifest.FileName).Bytes);
        var listing = await List();
        Assert.Empty(listing.Releases);
        Assert.Empty(listing.Problems);
    }

    [Fact]
    public async Task OneReleaseInTwoFilesIsFineIfTheyAreTheSame()
    {
        await Put("a.nupkg", Repository.CounterPackage);
        await Put("b.nupkg", Repository.CounterPackage);
        var listing = await List();
        Assert.Single(listing.Releases);
        Assert.Empty(listing.Problems);
    }

    [Fact]
    public async Task OneReleaseInTwoFilesThatDifferIsNotOffered()
    {
        await Put("a.nupkg", Repository.CounterPackage);
        await Put("b.nupkg", new DamagedPackage().AddListed(new("more.txt", [1])).Bytes);
        var listing = await List();
        Assert.Empty(listing.Releases);
        Assert.Equal(FeedFaultCode.ReleaseAmbiguous, Assert.Single(listing.Faults).Code);
    }

    [Fact]
    public async Task AFolderThatIsNotThereIsToldAndFoundOnceItIs()
    {
        var feed = new FolderFeed(_folder.File("later"));
        Assert.Equal(FeedFaultCode.NotFound, Assert.Single((await feed.ListAsync("counter", "x", CancellationToken.None)).Faults).Code);
        Directory.CreateDirectory(_folder.File("later"));
        await Put("later/a.nupkg", Repository.CounterPackage);
        Assert.Single((await feed.ListAsync("counter", "x", CancellationToken.None)).Releases);
    }

    private Task<FeedListing> List() => _feed.ListAsync("counter", "Theseus.Fixtures.Counter", CancellationToken.None);

    private Task Put(string name, byte[] package) => File.WriteAllBytesAsync(_folder.File(name), package);

    private static byte[] Version(string version)
    {
        var package = new DamagedPackage();
        var nuspec = Encoding.UTF8.GetString(package[DamagedPackage.Nuspec].Content).Replace("2.5.0-rc.1", version);
        return package.Replace(DamagedPackage.Nuspec, Encoding.UTF8.GetBytes(nuspec)).Manifest(m => m["version"] = version).Bytes;
    }
}
