using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

/// <summary>What is kept on disk comes back as it was, or not at all.</summary>
public sealed class SnapshotFolderLaws : IDisposable
{
    private const long Limit = 1 << 24;

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-states-").FullName;
    private readonly Random _random = new(5);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SnapshotFolder Open() => new(_folder, NullLogger.Instance);

    private StateBytes Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        var state = new StateBytes(Limit);
        state.Append(bytes);
        state.Close();
        return state;
    }

    private static Task KeepAsync(SnapshotFolder folder, string name, StateSnapshot snapshot, int hour = 0, int most = 3) =>
        folder.KeepAsync(name, "limiter", new("1.0.0", "d"), DateTimeOffset.UnixEpoch.AddHours(hour), snapshot, most, default);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(3_000_001)]
    public async Task ItComesBackAsItWasAlsoAfterARestart(int length)
    {
        var snapshot = new StateSnapshot(7, Bytes(length), [Bytes(10), Bytes(0), Bytes(70_000)]);
        await KeepAsync(Open(), "before", snapshot);

        var (head, read) = Open().Read("limiter", "before", Limit, default);

        Assert.Equal((7, "1.0.0", length + 70_010L), (read.Schema, head.Release.Version, head.Bytes));
        Assert.Equal(-1, read.State.FirstDifference(snapshot.State));
        Assert.Equal(3, read.Changes.Count);
        Assert.All(read.Changes.Zip(snapshot.Changes), both => Assert.Equal(-1, both.First.FirstDifference(both.Second)));
    }

    [Fact]
    public async Task NoChangedByteAndNoCutGoesUnnoticed()
    {
        await KeepAsync(Open(), "before", new(1, Bytes(200), [Bytes(50)]));
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
    public async Task OnlyTheNewestAreKept()
    {
        var folder = Open();
        for (var hour = 1; hour <= 5; hour++)
        {
            await KeepAsync(folder, $"of-{hour}", new(1, Bytes(10), []), hour, most: 2);
        }

        Assert.Equal(["of-5", "of-4"], folder.Of("limiter").Select(one => one.Name));
        Assert.Equal(["of-5", "of-4"], Open().Of("limiter").Select(one => one.Name));
        Assert.Equal(2, Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task WhatIsLargerThanTheLimitIsNotRead()
    {
        await KeepAsync(Open(), "before", new(1, Bytes(1000), []));

        var refused = Assert.Throws<InvalidDataException>(() => Open().Read("limiter", "before", 999, default));

        Assert.Contains("1000 bytes of state, and 999 are the limit", refused.Message);
    }

    [Fact]
    public async Task HalfOfOneFromBeforeACrashIsRemoved()
    {
        await KeepAsync(Open(), "before", new(1, Bytes(10), []));
        await File.WriteAllTextAsync(Path.Combine(_folder, "limiter", "later.state.tmp"), "half");

        Assert.Single(Open().Of("limiter"));
        Assert.Single(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task OnlyTheOwnerMayLookIntoTheFolder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions");
        await KeepAsync(Open(), "before", new(1, Bytes(10), []));

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        }
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task ANameThatCouldLeadElsewhereIsNone(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => KeepAsync(Open(), name, new(1, Bytes(10), [])));
        Assert.Throws<InvalidDataException>(() => Open().Read("limiter", name, Limit, default));
    }
}
