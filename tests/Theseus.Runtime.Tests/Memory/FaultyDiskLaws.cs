using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Runtime.Memory;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Memory;

/// <summary>A disk that fails: what serves, and what a restart would serve, are the same release.</summary>
public sealed class FaultyDiskLaws : IDisposable
{
    private const string Component = "markdown";

    private static readonly ReleaseRef s_one = new("1.0.0", new string('1', 64));
    private static readonly ReleaseRef s_two = new("2.0.0", new string('2', 64));

    private readonly ManualTimeProvider _clock = new();
    private readonly TemporaryFolder _folder = new();

    /// <summary>Whether one step fails or all from it on, and whether they are done all the same.</summary>
    public static TheoryData<bool, bool> Faults => new() { { true, true }, { true, false }, { false, true }, { false, false } };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task AfterAConfirmThatFailedTheDiskNamesTheReleaseThatServes(bool once, bool isDone)
    {
        var fault = isDone ? Fault.After : Fault.Before;
        var thrownOnce = false;
        for (var step = 0; ; step++)
        {
            using var folder = new TemporaryFolder();
            var first = int.MaxValue;
            var files = new FaultyFiles(one => one == first || (!once && one > first) ? fault : Fault.None);
            using (var memory = HostMemory.Open(folder.Path, _clock, NullLogger.Instance, files))
            {
                await memory.ConfirmAsync(Component, s_one, default);
                await memory.BeginSwapAsync(Swap(), default);
                first = files.Steps + step;
                var thrown = await Record.ExceptionAsync(() => memory.ConfirmAsync(Component, s_two, default));
                var isReached = files.Steps > first;

                var serves = thrown is null ? s_two : s_one;
                Assert.Equal(serves, memory.Get(Component).Confirmed);
                Assert.Equal((step, serves), (step, ReadByAnother(folder).Confirmed));
                thrownOnce |= thrown is not null;
                files.Mend();
                await memory.EndSwapAsync(Swap() with { Outcome = thrown is null ? "Completed" : "RolledBack" }, default);
                Assert.Equal((step, serves), (step, ReadByAnother(folder).Confirmed));
                if (!isReached)
                {
                    // The file and its copy: written, renamed and synchronized each.
                    Assert.Equal((6, true), (step, thrownOnce));
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task WhereNeitherCanBeWrittenItIsSaidAndTheNextWriteMendsIt()
    {
        FaultyFiles? files = null;
        var first = int.MaxValue - 2;
        // The rename is done, but a stray program has spoilt the file since: neither release can be read from it.
        files = new FaultyFiles(one =>
        {
            if (one == first + 2)
            {
                File.WriteAllText(_folder.Component(Component), "spoilt");
            }

            return one >= first + 2 ? Fault.Before : Fault.None;
        });
        using var memory = HostMemory.Open(_folder.Path, _clock, NullLogger.Instance, files);
        await memory.ConfirmAsync(Component, s_one, default);
        await memory.BeginSwapAsync(Swap(), default);
        first = files.Steps;

        var failure = await Assert.ThrowsAsync<HostMemoryException>(() => memory.ConfirmAsync(Component, s_two, default));

        Assert.Equal(_folder.Component(Component), failure.Path);
        Assert.Contains("1.0.0 or 2.0.0", failure.Message);
        Assert.Equal(s_one, memory.Get(Component).Confirmed);
        files.Mend();
        await memory.EndSwapAsync(Swap() with { Outcome = "RolledBack" }, default);
        Assert.Equal(new(Component, s_one, null, null), ReadByAnother(_folder));
    }

    [Fact]
    public async Task AFileThatCannotBeReadIsNotTakenForNothingRemembered()
    {
        using (var memory = HostMemory.Open(_folder.Path, _clock, NullLogger.Instance))
        {
            await memory.ConfirmAsync(Component, s_one, default);
        }

        foreach (var path in (string[])[_folder.Component(Component), _folder.Component(Component) + ".bak"])
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        }

        using var again = HostMemory.Open(_folder.Path, _clock, NullLogger.Instance);
        Assert.Contains("cannot be read", Assert.Throws<HostMemoryException>(() => again.Get(Component)).Message);
    }

    [Fact]
    public async Task AMemoryThatHasBeenLetGoIsNotWrittenAnyMore()
    {
        var memory = HostMemory.Open(_folder.Path, _clock, NullLogger.Instance);
        await memory.ConfirmAsync(Component, s_one, default);
        memory.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => memory.ConfirmAsync(Component, s_two, default));
        Assert.Equal(s_one, ReadByAnother(_folder).Confirmed);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What a host would find that is started now.</summary>
    private static ComponentMemory ReadByAnother(TemporaryFolder folder) =>
        new ComponentFile(Path.GetDirectoryName(folder.Component(Component))!, Component, new MemoryFiles()).Read(static _ => { })!;

    private SwapRecord Swap() => new() { Id = "swap", Component = Component, From = s_one, To = s_two, StartedAt = _clock.GetUtcNow(), Step = "Load" };
}
