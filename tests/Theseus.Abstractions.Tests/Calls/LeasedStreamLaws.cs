using System.Runtime.CompilerServices;
using Xunit;

namespace Theseus.Calls;

public sealed class LeasedStreamLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly ContractMethod s_method = new(0, "Open()", IsIdempotent: false, IsSynchronous: false);
    private readonly GenerationLeases _generation = new(new object(), methods: 1);
    private readonly TestSlot _slot;

    public LeasedStreamLaws() => _slot = new TestSlot(_generation);

    [Fact]
    public async Task AStreamOutlivesTwoSwapsAndItsGenerationDrainsWhenItIsDisposed()
    {
        var stream = Open(new MemoryStream([1, 2, 3, 4, 5, 6]));
        var buffer = new byte[2];
        stream.ReadExactly(buffer);

        _slot.Publish(new GenerationLeases(new object(), 1));
        var drain = _generation.DrainAsync();
        await stream.ReadExactlyAsync(buffer);
        _slot.Publish(new GenerationLeases(new object(), 1));
        Assert.Equal(5, stream.ReadByte());
        Assert.False(drain.IsCompleted);

        await stream.DisposeAsync();
        Assert.True(drain.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task DisposingTwiceEndsTheLeaseOnce()
    {
        var stream = Open(new MemoryStream());
        stream.Dispose();
        await stream.DisposeAsync();
        stream.Dispose();
        Assert.Equal(1, Assert.Single(_slot.Calls).Ends);
    }

    [Fact]
    public void ADisposedStreamIsNoLongerOfUse()
    {
        var stream = Open(new MemoryStream([1]));
        Assert.True(stream.CanRead);
        stream.Dispose();

        Assert.False(stream.CanRead);
        Assert.False(stream.CanWrite);
        Assert.False(stream.CanSeek);
        Assert.Throws<ObjectDisposedException>(() => stream.ReadByte());
        Assert.Throws<ObjectDisposedException>(() => stream.Length);
    }

    [Fact]
    public void ADisposedStreamKeepsNothingOfTheComponent()
    {
        var (stream, inner) = OpenAndForget();
        stream.Dispose();
        Collect();
        Assert.False(inner.IsAlive);
        GC.KeepAlive(stream);

        [MethodImpl(MethodImplOptions.NoInlining)]
        (LeasedStream Stream, WeakReference Inner) OpenAndForget()
        {
            var inner = new MemoryStream();
            return (Open(inner), new WeakReference(inner));
        }
    }

    [Fact]
    public void AForgottenStreamIsCollectedAndItsLeaseEnds()
    {
        Forget();
        Assert.Equal(1, _generation.InFlight);
        Collect();
        Assert.Equal(0, _generation.InFlight);
        Assert.Equal(1, Assert.Single(_slot.Calls).Ends);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget() => Open(new MemoryStream());
    }

    [Fact]
    public async Task ALeaseDoesNotEndWhileAReadIsInside()
    {
        var inner = new PendingStream();
        var stream = Open(inner);
        var read = stream.ReadAsync(new byte[1]).AsTask();
        await inner.Entered.WaitAsync(s_deadline);

        stream.Dispose();
        Assert.Equal(1, _generation.InFlight);

        inner.Leave();
        Assert.Equal(0, await read.WaitAsync(s_deadline));
        Assert.Equal(0, _generation.InFlight);
    }

    [Fact]
    public async Task AStreamWhoseLastReadIsUnderWayIsNotTakenForForgotten()
    {
        var inner = new PendingStream();
        var read = ReadAndForget();
        await inner.Entered.WaitAsync(s_deadline);
        Collect();
        Assert.Equal(1, _generation.InFlight);

        inner.Leave();
        await read.WaitAsync(s_deadline);

        [MethodImpl(MethodImplOptions.NoInlining)]
        Task<int> ReadAndForget() => Open(inner).ReadAsync(new byte[1]).AsTask();
    }

    [Fact]
    public void WhatIsWrittenReachesTheComponentsStream()
    {
        var inner = new MemoryStream();
        using var stream = Open(inner);
        stream.Write([1, 2]);
        stream.WriteByte(3);
        stream.Write([0, 4, 0], 1, 1);
        stream.Flush();
        Assert.Equal([1, 2, 3, 4], inner.ToArray());

        stream.Position = 1;
        Assert.Equal(1, inner.Position);
        Assert.Equal(4, stream.Length);
        Assert.Equal(3, stream.Seek(-1, SeekOrigin.End));
        stream.SetLength(2);
        Assert.Equal(2, inner.Length);
    }

    [Fact]
    public void ADisposalThatFailsEndsTheLeaseAllTheSame()
    {
        var stream = Open(new FailingStream());
        Assert.Throws<InvalidOperationException>(stream.Dispose);
        Assert.Equal(0, _generation.InFlight);
    }

    private LeasedStream Open(Stream inner) => new(inner, _slot.Begin(s_method, default));

    private static void Collect()
    {
        for (var time = 0; time < 2; time++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private sealed class PendingStream : MemoryStream
    {
        private readonly TaskCompletionSource _entered = new();
        private readonly TaskCompletionSource<int> _read = new();

        public Task Entered => _entered.Task;

        public void Leave() => _read.SetResult(0);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _entered.SetResult();
            return await _read.Task;
        }
    }

    private sealed class FailingStream : MemoryStream
    {
        protected override void Dispose(bool disposing) => throw new InvalidOperationException();
    }
}
