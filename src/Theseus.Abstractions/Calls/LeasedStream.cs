using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// A stream returned by a component: it holds its lease until it is disposed and every operation on it has returned, or
/// until it is collected without having been disposed. Once disposed it no longer refers to the component's stream.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class LeasedStream : Stream
{
    private readonly HeldCall _call;
    private volatile Stream? _inner;

    /// <summary>Wraps a stream.</summary>
    /// <param name="inner">The component's stream.</param>
    /// <param name="call">The call that returned it; ended by this stream.</param>
    public LeasedStream(Stream inner, RoutedCall call)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(call);
        _inner = inner;
        _call = new HeldCall(call);
    }

    /// <inheritdoc/>
    public override bool CanRead => _inner is not null && Use(0, static (inner, _) => inner.CanRead);

    /// <inheritdoc/>
    public override bool CanSeek => _inner is not null && Use(0, static (inner, _) => inner.CanSeek);

    /// <inheritdoc/>
    public override bool CanWrite => _inner is not null && Use(0, static (inner, _) => inner.CanWrite);

    /// <inheritdoc/>
    public override bool CanTimeout => _inner is not null && Use(0, static (inner, _) => inner.CanTimeout);

    /// <inheritdoc/>
    public override long Length => Use(0, static (inner, _) => inner.Length);

    /// <inheritdoc/>
    public override long Position
    {
        get => Use(0, static (inner, _) => inner.Position);
        set => Use(value, static (inner, to) => inner.Position = to);
    }

    /// <inheritdoc/>
    public override int ReadTimeout
    {
        get => Use(0, static (inner, _) => inner.ReadTimeout);
        set => Use(value, static (inner, to) => inner.ReadTimeout = to);
    }

    /// <inheritdoc/>
    public override int WriteTimeout
    {
        get => Use(0, static (inner, _) => inner.WriteTimeout);
        set => Use(value, static (inner, to) => inner.WriteTimeout = to);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        Use((buffer, offset, count), static (inner, to) => inner.Read(to.buffer, to.offset, to.count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Use(buffer, static (inner, to) => inner.Read(to));

    /// <inheritdoc/>
    public override int ReadByte() => Use(0, static (inner, _) => inner.ReadByte());

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        UseAsync((buffer, offset, count, cancellationToken), static (inner, to) =>
            new ValueTask<int>(inner.ReadAsync(to.buffer, to.offset, to.count, to.cancellationToken))).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        UseAsync((buffer, cancellationToken), static (inner, to) => inner.ReadAsync(to.buffer, to.cancellationToken));

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Use((buffer, offset, count), static (inner, from) =>
    {
        inner.Write(from.buffer, from.offset, from.count);
        return 0;
    });

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => Use(buffer, static (inner, from) =>
    {
        inner.Write(from);
        return 0;
    });

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Use(value, static (inner, from) =>
    {
        inner.WriteByte(from);
        return 0;
    });

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        UseAsync((buffer, offset, count, cancellationToken), static (inner, from) =>
            new ValueTask(inner.WriteAsync(from.buffer, from.offset, from.count, from.cancellationToken))).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        UseAsync((buffer, cancellationToken), static (inner, from) => inner.WriteAsync(from.buffer, from.cancellationToken));

    /// <inheritdoc/>
    public override void Flush() => Use(0, static (inner, _) =>
    {
        inner.Flush();
        return 0;
    });

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        UseAsync(cancellationToken, static (inner, token) => new ValueTask(inner.FlushAsync(token))).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) =>
        Use((offset, origin), static (inner, to) => inner.Seek(to.offset, to.origin));

    /// <inheritdoc/>
    public override void SetLength(long value) => Use(value, static (inner, to) =>
    {
        inner.SetLength(to);
        return 0;
    });

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _inner, null) is { } inner)
        {
            try
            {
                await inner.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _call.LetGo();
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _inner, null) is { } inner)
        {
            try
            {
                inner.Dispose();
            }
            finally
            {
                _call.LetGo();
            }
        }
    }

    // Each operation holds the call: disposing a stream to break off a read that waits is common, and the lease may not
    // end before that read has left the component. It also keeps a stream whose last use this is from being collected.
    private TResult Use<TArgument, TResult>(TArgument argument, Func<Stream, TArgument, TResult> operation)
        where TArgument : allows ref struct
    {
        var inner = Hold();
        try
        {
            return operation(inner, argument);
        }
        finally
        {
            _call.LetGo();
        }
    }

    // What the caller awaits is the host's, never the component's own task: that would keep its code alive.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> UseAsync<TArgument>(TArgument argument, Func<Stream, TArgument, ValueTask<int>> operation)
    {
        var inner = Hold();
        try
        {
            return await operation(inner, argument).ConfigureAwait(false);
        }
        finally
        {
            _call.LetGo();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask UseAsync<TArgument>(TArgument argument, Func<Stream, TArgument, ValueTask> operation)
    {
        var inner = Hold();
        try
        {
            await operation(inner, argument).ConfigureAwait(false);
        }
        finally
        {
            _call.LetGo();
        }
    }

    private Stream Hold()
    {
        ObjectDisposedException.ThrowIf(!_call.TryHold(), this);
        if (_inner is { } inner)
        {
            return inner;
        }

        _call.LetGo();
        throw new ObjectDisposedException(nameof(LeasedStream));
    }
}
