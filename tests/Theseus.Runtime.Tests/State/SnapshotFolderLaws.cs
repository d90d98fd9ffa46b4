using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Runtime.Memory;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

/// <summary>What is kept on disk comes back as it was, or not at all.</summary>
public sealed class SnapshotFolderLaws : IDisposable
{
    private const long Limit = 1 << 24;

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-states-").FullName;
    private readonly Random _random = new(5);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SnapshotFolder Open() => new(_folder, new MemoryFiles(), NullLogger.Instance);

    private StateBytes Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        var state = new StateBytes(Limit);
        state.Append(bytes);
        state.Close();
        return state;
    }

    private static SnapshotOnDisk Put(SnapshotFolder folder, string name, StateSnapshot snapshot, int hour = 0)
    {
        var written = folder.Write(name, "limiter", new("1.0.0", "d"), DateTimeOffset.UnixEpoch.AddHours(hour), snapshot, default);
        folder.Put(written, default);
        return written;
    }

    private static void Keep(SnapshotFolder folder, string name, StateSnapshot snapshot, int hour = 0, int most = 3) => folder.Trim(Put(folder, name, snapshot, hour), most);

    private string[] Files() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(3_000_001)]
    public void ItComesBackAsItWasAlsoAfterARestart(int length)
    {
        var snapshot = new StateSnapshot(7, Bytes(length), [Bytes(10), Bytes(0), Bytes(70_000)]);
        Keep(Open(), "before", snapshot);

        var (head, read) = Open().Read("limiter", "before", Limit, default);

        Assert.Equal((7, "1.0.0", length + 70_010L), (read.Schema, head.Release.Version, head.Bytes));
        Assert.Equal(-1, read.State.FirstDifference(snapshot.State));
        Assert.Equal(3, read.Changes.Count);
        Assert.All(read.Changes.Zip(snapshot.Changes), both => Assert.Equal(-1, both.First.FirstDifference(both.Second)));
    }

    [Fact]
    public async Task NoChangedByteAndNoCutGoesUnnoticed()
    {
        Keep(Open(), "before", new(1, Bytes(200), [Bytes(50)]));
        var path = Assert.Single(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
        var whole = await File.ReadAllBytesAsync(path);
        var folder = Open();
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[i] ^= 0x20;
            await File.WriteAllBytesAsync(path, changed);
            Assert.Throws<InvalidDataException>(() => folder.Read("limiter", "before", Limit, default));
            await File.WriteAllBytesAsync(path, whole[..i]);
            Assert.Throws<InvalidDataException>(() => folder.Read("limiter", "before", Limit, default));
        }

        await File.WriteAllBytesAsync(path, whole);
        Assert.Equal(200, folder.Read("limiter", "before", Limit, default).Snapshot.State.Length);
    }

    [Fact]
    public void OnlyTheNewestAreKept()
    {
        var folder = Open();
        for (var hour = 1; hour <= 5; hour++)
        {
            Keep(folder, $"of-{hour}", new(1, Bytes(10), []), hour, most: 2);
        }

        Assert.Equal(["of-5", "of-4"], folder.Of("limiter").Select(one => one.Name));
        Assert.Equal(["of-5", "of-4"], Open().Of("limiter").Select(one => one.Name));
        Assert.Equal(2, Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public void UntilItIsCertainThatAStateStaysAllIsThereThatWasBefore()
    {
        var folder = Open();
        Keep(folder, "before", new(1, Bytes(10), []), hour: 1, most: 1);
        var files = Files();

        var written = folder.Write("before", "limiter", new("2.0.0", "e"), DateTimeOffset.UnixEpoch.AddHours(2), new(2, Bytes(20), []), default);
        Assert.Equal(1, Assert.Single(folder.Of("limiter")).Schema);
        folder.Put(written, default);
        Assert.Equal([2, 1], folder.Of("limiter").Select(one => one.Schema));
        Assert.Equal(2, folder.Read("limiter", "before", Limit, default).Head.Schema);
        folder.Remove(written);

        Assert.Equal(10, folder.Read("limiter", "before", Limit, default).Snapshot.Length);
        Assert.Equal(files, Files());
    }

    [Fact]
    public void TheNewStateStaysAlsoWhenTheClockWasSetBack()
    {
        var folder = Open();
        Keep(folder, "of-9", new(1, Bytes(10), []), hour: 9);

        Keep(folder, "of-1", new(1, Bytes(10), []), hour: 1, most: 1);

        Assert.Equal("of-1", Assert.Single(folder.Of("limiter")).Name);
        Assert.Single(Files());
    }

    [Fact]
    public void WhatIsGivenUpLeavesNothing()
    {
        using var givenUp = new CancellationTokenSource();
        var folder = Open();
        var slow = new SlowBytes(givenUp.Cancel);

        Assert.Throws<OperationCanceledException>(() => folder.Write("before", "limiter", new("1.0.0", "d"), DateTimeOffset.UnixEpoch, new(1, Bytes(10), slow), givenUp.Token));

        Assert.Empty(folder.Of("limiter"));
        Assert.Empty(Files());
    }

    [Fact]
    public void WhatIsLargerThanTheLimitIsNotRead()
    {
        Keep(Open(), "before", new(1, Bytes(1000), []));

        var refused = Assert.Throws<InvalidDataException>(() => Open().Read("limiter", "before", 999, default));

        Assert.Contains("1000 bytes of state, and 999 are the limit", refused.Message);
    }

    [Fact]
    public async Task HalfOfOneFromBeforeACrashIsRemoved()
    {
        Keep(Open(), "before", new(1, Bytes(10), []));
        await File.WriteAllTextAsync(Path.Combine(_folder, "limiter", "later.state.tmp"), "half");

        Assert.Single(Open().Of("limiter"));
        Assert.Single(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void OnlyTheOwnerMayLookIntoTheFolder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions");
        Keep(Open(), "before", new(1, Bytes(10), []));

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        }
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("a/b")]
    public void ANameThatCouldLeadElsewhereIsNone(string name)
    {
        Assert.Throws<ArgumentException>(() => Keep(Open(), name, new(1, Bytes(10), [])));
        Assert.Throws<InvalidDataException>(() => Open().Read("limiter", name, Limit, default));
    }
}
