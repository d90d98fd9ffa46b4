using static Theseus.Packaging.FaultCode;

namespace Theseus.Packaging.Tests.Reading;

public sealed class ReadingLaws
{
    public static TheoryData<string> Kinds => [.. Damages.All.Keys];

    [Fact]
    public async Task AReleaseAsItWasPackedIsAccepted()
    {
        var reading = await DamagedPackage.Read(Repository.CounterPackage);
        Assert.Empty(reading.Faults);
        Assert.Equal("counter", reading.Package!.Manifest.Component);
        Assert.Equal("Theseus.Fixtures.Counter", reading.Package.PackageId);
    }

    [Fact]
    public async Task AnHonestRewriteOfTheArchiveIsTheSameRelease()
    {
        var reading = await DamagedPackage.Read(new DamagedPackage().Bytes);
        Assert.Empty(reading.Faults);
        Assert.Equal((await DamagedPackage.Read(Repository.CounterPackage)).Package!.Digest, reading.Package!.Digest);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task ADamagedPackageIsRefusedWithItsReasonsAndNoOthers(string kind)
    {
        var damage = Damages.All[kind];
        var reading = await DamagedPackage.Read(damage.Package(), damage.Limits);
        Assert.Null(reading.Package);
        Assert.Equal(damage.Expected.Order(), reading.Faults.Select(f => f.Code).Distinct().Order());
        Assert.All(reading.Faults, f =>
        {
            Assert.NotEmpty(f.Message);
            Assert.NotEmpty(f.Mend);
            Assert.DoesNotContain('\0', f.Place);
        });
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task AStoreKeepsNothingOfADamagedPackage(string kind)
    {
        using var folder = new TemporaryFolder();
        var damage = Damages.All[kind];
        var store = new ReleaseStore(folder.File("store"), damage.Limits);
        var added = await store.AddAsync(new MemoryStream(damage.Package()), CancellationToken.None);
        Assert.Null(added.Release);
        Assert.Equal(damage.Expected.Order(), added.Faults.Select(f => f.Code).Distinct().Order());
        Assert.Empty(store.List());
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(["store"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task AllFaultsAreToldAtOnce()
    {
        var package = new DamagedPackage()
            .Add("../evil.dll")
            .Add("lib/net10.0/unlisted.dll")
            .Change(DamagedPackage.Math, e => e with { Content = [.. e.Content, 0] })
            .Remove(DamagedPackage.Entry)
            .AddListed(new("link", [1]) { Mode = 0xA1FF })
            .AddListed(new("damaged.bin", [1, 2, 3]) { Crc = 1 })
            .AddListed(new("Other.nuspec", [1]))
            .AddListed(new("bomb.bin", new byte[4 << 20]))
            .Bytes;
        var reading = await DamagedPackage.Read(package);
        FaultCode[] expected =
        [
            EntryDamaged, RatioTooHigh, PathEscapes, NotAFile, NuspecInvalid, EntryAssemblyMissing, FileNotListed, FileMissing, FileSizeWrong, FileDigestWrong,
        ];
        Assert.Equal(expected, reading.Faults.Select(f => f.Code).Distinct().Order());
        Assert.Equal(2, reading.Faults.Count(f => f.Code == FileNotListed));
    }

    [Fact]
    public async Task FaultsOfManifestAndArchiveAreToldTogether()
    {
        var package = new DamagedPackage().Add("../evil.dll").Manifest(m =>
        {
            m["component"] = "Not A Name";
            m.Remove("version");
            m["state"]!["kind"] = "eternal";
            m["extra"] = 1;
        }).Bytes;
        var reading = await DamagedPackage.Read(package);
        Assert.Equal([PathEscapes, MemberMissing, MemberUnknown, MemberInvalid], reading.Faults.Select(f => f.Code).Distinct().Order());
        Assert.Contains(reading.Faults, f => f.Place == "theseus.json: state.kind");
        Assert.Contains(reading.Faults, f => f.Place == "theseus.json: component");
    }

    [Fact]
    public async Task ASignatureThatAFeedAddedChangesNothing()
    {
        var reading = await DamagedPackage.Read(new DamagedPackage().Add(".signature.p7s").Bytes);
        Assert.Empty(reading.Faults);
        Assert.Equal((await DamagedPackage.Read(Repository.CounterPackage)).Package!.Digest, reading.Package!.Digest);
    }

    [Fact]
    public async Task AStreamThatCannotSeekIsReadAsWell()
    {
        using var pipe = new OneWayStream(Repository.CounterPackage);
        Assert.True((await ReleasePackage.ReadAsync(pipe, PackageLimits.Default, CancellationToken.None)).IsAccepted);
        using var endless = new OneWayStream(Repository.CounterPackage);
        var refused = await ReleasePackage.ReadAsync(endless, new() { MaxPackageBytes = 100 }, CancellationToken.None);
        Assert.Equal([PackageTooLarge], refused.Faults.Select(f => f.Code));
    }

    [Fact]
    public async Task AFlippedByteAnywhereIsRefusedOrChangesNothing()
    {
        // Without what is only long.
        var small = new DamagedPackage();
        foreach (var name in small.Entries.Select(e => e.Name).Where(n => n.EndsWith(".pdb", StringComparison.Ordinal) || n.EndsWith(".deps.json", StringComparison.Ordinal)).ToArray())
            small.Remove(name).Manifest(m => m["files"]!.AsArray().Remove(m["files"]!.AsArray().Single(f => (string)f!["path"]! == name)));
        var whole = small.Bytes;
        var digest = (await DamagedPackage.Read(whole)).Package!.Digest;
        var random = new Random(20);
        var flips = Enumerable.Range(0, whole.Length).Select(at => (At: at, Bits: (byte)random.Next(1, 256))).ToArray();
        var refused = 0;
        await Parallel.ForEachAsync(flips, async (flip, cancellationToken) =>
        {
            var bytes = whole.ToArray();
            bytes[flip.At] ^= flip.Bits;
            var reading = await ReleasePackage.ReadAsync(new MemoryStream(bytes), PackageLimits.Default, cancellationToken);
            if (reading.Package is { } package)
                Assert.Equal(digest, package.Digest);
            else
                Interlocked.Increment(ref refused);
        });
        // Times, versions and unused fields of the archive are all that may change: 30 bytes of an entry at most.
        Assert.True(whole.Length - refused < 40 * small.Entries.Count, $"{whole.Length - refused} flips of {whole.Length} were accepted.");
    }

    private sealed class OneWayStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
