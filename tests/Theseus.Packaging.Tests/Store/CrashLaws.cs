using System.Diagnostics;

namespace Theseus.Packaging.Tests.Store;

public sealed class CrashLaws : IDisposable
{
    private static readonly TimeSpan deadline = TimeSpan.FromMinutes(1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AProcessKilledAtAnyMomentLeavesNoPartOfARelease()
    {
        var package = _folder.File("counter.nupkg");
        await File.WriteAllBytesAsync(package, Repository.CounterPackage);
        var random = new Random(5);
        for (var round = 0; round < 12; round++)
        {
            await KillAnAdder(package, lines: 1 + random.Next(6), spins: random.Next(2_000_000));
            var store = new ReleaseStore(_folder.File("store"));
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Folder, "incoming")));
            foreach (var release in store.List())
                Assert.NotNull((await store.TryGetAsync("counter", release.Digest, CancellationToken.None)).Release);
        }
    }

    [Fact]
    public async Task AnAdderAtWorkIsNotTakenForADeadOne()
    {
        var store = new ReleaseStore(_folder.File("store"));
        await using var package = new HeldStream(Repository.CounterPackage);
        var adding = Task.Run(async () => await store.AddAsync(package, CancellationToken.None));
        await package.Reached.WaitAsync(deadline);
        var later = new ReleaseStore(store.Folder);
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(store.Folder, "incoming")));
        package.Release();
        Assert.NotNull((await adding.WaitAsync(deadline)).Release);
        Assert.Single(later.List());
    }

    [Fact]
    public async Task ACancelledAdderLeavesNothing()
    {
        var store = new ReleaseStore(_folder.File("store"));
        await using var package = new HeldStream(Repository.CounterPackage);
        using var cancellation = new CancellationTokenSource();
        var adding = Task.Run(async () => await store.AddAsync(package, cancellation.Token));
        await package.Reached.WaitAsync(deadline);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding.WaitAsync(deadline));
        Assert.Empty(store.List());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Folder, "incoming")));
    }

    private async Task KillAnAdder(string package, int lines, int spins)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { "exec", Repository.Output("Theseus.Fixtures.StoreAdder", "Theseus.Fixtures.StoreAdder.dll"), _folder.File("store"), package })
            start.ArgumentList.Add(argument);
        using var adder = Process.Start(start)!;
        try
        {
            for (var i = 0; i < lines; i++)
                Assert.NotNull(await adder.StandardOutput.ReadLineAsync().WaitAsync(deadline));
            // Somewhere between this line and the next.
            Thread.SpinWait(spins);
        }
        finally
        {
            adder.Kill();
            await adder.WaitForExitAsync().WaitAsync(deadline);
        }
    }

    /// <summary>Gives half of its bytes, then waits until it is released.</summary>
    private sealed class HeldStream(byte[] content) : MemoryStream(content)
    {
        private readonly TaskCompletionSource _reached = new();
        private readonly TaskCompletionSource _released = new();

        public Task Reached => _reached.Task;

        public override bool CanSeek => false;

        public void Release() => _released.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var half = Length / 2;
            if (Position < half)
                return await base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, half)], cancellationToken);
            _reached.TrySetResult();
            await _released.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
