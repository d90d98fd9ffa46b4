using static Theseus.Packaging.FaultCode;

namespace Theseus.Packaging.Tests.Store;

public sealed class StoreLaws : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ReleaseStore _store;

    public StoreLaws() => _store = new(_folder.File("store"));

    /// <summary>What may happen to a release on disk, and what must be told of it.</summary>
    public static TheoryData<string, FaultCode[]> Harms => new()
    {
        { "byte", [FileDigestWrong] },
        { "cut", [FileSizeWrong, FileDigestWrong] },
        { "gone", [FileMissing] },
        { "extra", [FileNotListed] },
        { "link", [NotAFile, FileMissing] },
        { "folder link", [NotAFile, FileMissing] },
        { "manifest", [FileDigestWrong] },
        { "manifest gone", [ManifestMissing] },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatWasAddedIsFoundByItsDigestAndEveryFileIsThere()
    {
        var added = await Add(_store);
        var found = await _store.TryGetAsync("counter", added.Digest, CancellationToken.None);
        Assert.Equal(added.Digest, found.Release!.Digest);
        foreach (var entry in RawEntries())
            Assert.Equal(entry.Content, File.ReadAllBytes(Path.Combine(found.Release.Folder, entry.Name)));
        var listed = Assert.Single(_store.List());
        Assert.Equal(("counter", "2.5.0-rc.1", added.Digest), (listed.Component, listed.Version!.ToString(), listed.Digest));
    }

    [Fact]
    public async Task AddingAgainChangesNothing()
    {
        var first = await Add(_store);
        var written = Directory.GetLastWriteTimeUtc(first.Folder);
        Assert.Equal(first.Digest, (await Add(_store)).Digest);
        Assert.Equal(written, Directory.GetLastWriteTimeUtc(first.Folder));
        Assert.Single(_store.List());
    }

    [Fact]
    public async Task OnlyTheOwnerMayLookIn()
    {
        if (OperatingSystem.IsWindows())
            return;
        await Add(_store);
        var folders = Directory.EnumerateDirectories(_store.Folder, "*", SearchOption.AllDirectories).Append(_store.Folder);
        foreach (var folder in folders)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task WhatIsNotThereIsAbsentAndNotAFault()
    {
        Assert.True((await _store.TryGetAsync("counter", new string('0', 64), CancellationToken.None)).IsAbsent);
        Assert.False(_store.Remove(new string('0', 64)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.TryGetAsync("counter", "../..", CancellationToken.None));
    }

    [Fact]
    public async Task ARemovedReleaseIsGoneAndCanComeAgain()
    {
        var release = await Add(_store);
        Assert.True(_store.Remove(release.Digest));
        Assert.Empty(_store.List());
        Assert.False(Directory.Exists(release.Folder));
        await Add(_store);
        Assert.Single(_store.List());
    }

    [Fact]
    public async Task AnotherComponentsReleaseIsNotGiven()
    {
        var release = await Add(_store);
        var found = await _store.TryGetAsync("clock", release.Digest, CancellationToken.None);
        Assert.Equal([WrongRelease], found.Faults.Select(f => f.Code));
    }

    [Theory, MemberData(nameof(Harms))]
    public async Task HarmDoneOnDiskIsToldAndMendedByAddingAgain(string harm, FaultCode[] expected)
    {
        var release = await Add(_store);
        Harm(harm, release.Folder);
        var found = await _store.TryGetAsync("counter", release.Digest, CancellationToken.None);
        Assert.Null(found.Release);
        Assert.Equal(expected.Order(), found.Faults.Select(f => f.Code).Distinct().Order());
        await Add(_store);
        Assert.NotNull((await _store.TryGetAsync("counter", release.Digest, CancellationToken.None)).Release);
        Assert.Single(_store.List());
    }

    [Fact]
    public async Task AddersAtTheSameTimeAllGetTheOneRelease()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => new ReleaseStore(_store.Folder)).ToArray();
        var start = new TaskCompletionSource();
        var adders = Enumerable.Range(0, 32).Select(i => Task.Run(async () =>
        {
            await start.Task;
            return await Add(stores[i % stores.Length]);
        })).ToArray();
        start.SetResult();
        var releases = await Task.WhenAll(adders).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Single(releases.Select(r => r.Digest).Distinct());
        Assert.Single(Directory.GetDirectories(Path.Combine(_store.Folder, "releases")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_store.Folder, "incoming")));
    }

    [Fact]
    public async Task AddersAndRemoversAtTheSameTimeNeverShowAPart()
    {
        var digest = (await Add(_store)).Digest;
        var adders = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
                await Add(_store);
        }));
        var remover = Task.Run(() =>
        {
            for (var i = 0; i < 60; i++)
                _store.Remove(digest);
        });
        await Task.WhenAll(adders.Append(remover)).WaitAsync(TimeSpan.FromMinutes(1));
        await Add(_store);
        Assert.NotNull((await _store.TryGetAsync("counter", digest, CancellationToken.None)).Release);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_store.Folder, "incoming")));
    }

    private static IEnumerable<Reading.RawEntry> RawEntries() => Reading.RawZip.Read(Repository.CounterPackage);

    private static async Task<VerifiedRelease> Add(ReleaseStore store)
    {
        var added = await store.AddAsync(new MemoryStream(Repository.CounterPackage), CancellationToken.None);
        Assert.Empty(added.Faults);
        return added.Release!;
    }

    private static void Harm(string harm, string folder)
    {
        var file = Path.Combine(folder, Reading.DamagedPackage.Math);
        var manifest = Path.Combine(folder, ReleaseManifest.FileName);
        switch (harm)
        {
            case "byte":
                Flip(file);
                break;
            case "cut":
                File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
                break;
            case "gone":
                File.Delete(file);
                break;
            case "extra":
                File.WriteAllText(Path.Combine(folder, "lib", "net10.0", "extra.dll"), "x");
                break;
            case "link":
                File.Move(file, folder + ".moved");
                File.CreateSymbolicLink(file, folder + ".moved");
                break;
            case "folder link":
                Directory.Move(Path.Combine(folder, "lib"), folder + ".moved");
                Directory.CreateSymbolicLink(Path.Combine(folder, "lib"), folder + ".moved");
                break;
            case "manifest":
                Flip(manifest);
                break;
            default:
                File.Delete(manifest);
                break;
        }
    }

    private static void Flip(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
