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
    public async Task BrowsingFindsTheReleasesOfEveryComponentWithTheTimeOfTheirFiles()
    {
        await Put("one.nupkg", Repository.CounterPackage);
        await Put("other.nupkg", Version("1.0.0"));
        var since = new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_folder.File("other.nupkg"), since);
        var listing = await _feed.ListAllAsync(CancellationToken.None);
        Assert.Equal(["counter 1.0.0", "counter 2.5.0-rc.1"], listing.Releases.Select(r => $"{r.Component} {r.Version}"));
        Assert.Equal(since, listing.Releases[0].Published!.Value.UtcDateTime);
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
        await Put("bad.nupkg", Damages.All["file absent"].Package());
        await Put("good.nupkg", Repository.CounterPackage);
        await Put("text.nupkg", "no package"u8.ToArray());
        var listing = await List();
        Assert.Single(listing.Releases);
        Assert.Equal(["bad.nupkg", "text.nupkg"], listing.Faults.Select(f => Path.GetFileName(f.Place)));
        Assert.Equal([FaultCode.FileMissing], listing.Faults[0].PackageFaults.Select(f => f.Code));
        Assert.Equal(2, listing.Problems.Count);
    }

    [Fact]
    public async Task DamagedFilesArePassedOverByAListingAndRefusedByTheStore()
    {
        await Put("bad.nupkg", Damages.All["file of another content"].Package());
        var listed = Assert.Single((await List()).Releases);
        await using var content = await _feed.OpenAsync(listed, CancellationToken.None);
        var added = await new ReleaseStore(_folder.File("store")).AddAsync(content, CancellationToken.None);
        Assert.Equal([FaultCode.FileDigestWrong], added.Faults.Select(f => f.Code));
    }

    [Fact]
    public async Task AListingReadsNoMoreOfALargePackageThanOfASmallOne()
    {
        await Put("small.nupkg", Repository.CounterPackage);
        var small = await BytesListed();
        File.Delete(_folder.File("small.nupkg"));
        await Put("large.nupkg", new DamagedPackage().AddListed(Damages.Noise("more.bin", 4 << 20)).Bytes);
        // The manifest and the archive's directory tell of one file more.
        Assert.InRange(await BytesListed(), small, small + 512);
        Assert.InRange(small, 1, Repository.CounterPackage.Length / 2);
    }

    [Fact]
    public async Task AManifestThatIsPaddedIsNotReadToItsEnd()
    {
        // Empty stored blocks inflate to nothing, however many there are.
        var padding = Enumerable.Repeat<byte[]>([0, 0, 0, 0xFF, 0xFF], 1 << 20).SelectMany(b => b);
        await Put("padded.nupkg", new DamagedPackage().Change(ReleaseManifest.FileName, e => e with { Compressed = [.. padding, .. RawZip.Deflate(e.Content)] }).Bytes);
        Assert.InRange(await BytesListed(), 1, PackageLimits.Default.MaxManifestBytes);
        Assert.Equal([FaultCode.ManifestTooLarge], Assert.Single((await List()).Faults).PackageFaults.Select(f => f.Code));
    }

    [Fact]
    public async Task WhatHasNotChangedIsNotReadAgain()
    {
        await Put("a.nupkg", Repository.CounterPackage);
        await Put("b.nupkg", Repository.CounterPackage);
        var opened = 0;
        var feed = new FolderFeed(_folder.Path, PackageLimits.Default, path =>
        {
            opened++;
            return File.OpenRead(path);
        });
        for (var i = 0; i < 3; i++)
            Assert.Single((await feed.ListAsync("counter", "", CancellationToken.None)).Releases);
        // Each once for the listing, and once whole because both claim to be one release.
        Assert.Equal(4, opened);
    }

    [Theory]
    [InlineData("file of another content")]
    [InlineData("digest wrong in the manifest")]
    public async Task ADamagedFileDoesNotStandInForASoundOneOfTheSameRelease(string damage)
    {
        await Put("a.nupkg", Damages.All[damage].Package());
        await Put("b.nupkg", Repository.CounterPackage);
        var listing = await List();
        Assert.Equal("b.nupkg", Path.GetFileName(Assert.Single(listing.Releases).Location));
        Assert.Equal("a.nupkg", Path.GetFileName(Assert.Single(listing.Faults).Place));
        await using var content = await _feed.OpenAsync(listing.Releases[0], CancellationToken.None);
        Assert.True((await ReleasePackage.ReadAsync(content, PackageLimits.Default, CancellationToken.None)).IsAccepted);
    }

    [Fact]
    public async Task WhereEveryFileOfAReleaseIsDamagedTheFaultIsTold()
    {
        await Put("a.nupkg", Repository.CounterPackage);
        var release = Assert.Single((await List()).Releases);
        await Put("a.nupkg", Damages.All["file of another content"].Package());
        await Put("b.nupkg", Damages.All["file of another content"].Package());
        var listing = await List();
        Assert.Empty(listing.Releases);
        Assert.Equal(2, listing.Faults.Count);
        var failure = await Assert.ThrowsAsync<FeedException>(() => _feed.OpenAsync(release, CancellationToken.None));
        Assert.Equal(FeedFaultCode.PackageDamaged, failure.Fault!.Code);
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

    // A feed that knows nothing yet lists the folder.
    private async Task<long> BytesListed()
    {
        var read = new List<CountingStream>();
        var feed = new FolderFeed(_folder.Path, PackageLimits.Default, path =>
        {
            read.Add(new(path));
            return read[^1];
        });
        await feed.ListAsync("counter", "", CancellationToken.None);
        return read.Sum(s => s.BytesRead);
    }

    private Task Put(string name, byte[] package) => File.WriteAllBytesAsync(_folder.File(name), package);

    private static byte[] Version(string version)
    {
        var package = new DamagedPackage();
        var nuspec = Encoding.UTF8.GetString(package[DamagedPackage.Nuspec].Content).Replace("2.5.0-rc.1", version);
        return package.Replace(DamagedPackage.Nuspec, Encoding.UTF8.GetBytes(nuspec)).Manifest(m => m["version"] = version).Bytes;
    }
}
