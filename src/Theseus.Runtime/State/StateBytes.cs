using System.Buffers;

namespace Theseus.Runtime.State;

/// <summary>
/// An exported state: bytes in pooled segments, so that a large one needs no giant array. Written once through
/// <see cref="OpenWrite"/>, then read any number of times. Not thread-safe while it is written.
/// </summary>
/// <remarks>
/// Only <see cref="Dispose"/> gives the segments back to the pool. Bytes that a component may still write to, because
/// its export was abandoned, are never disposed of but closed and left to the collector: giving them back would let the
/// component write into somebody else's buffer.
/// </remarks>
internal sealed class StateBytes(long limit) : IDisposable
{
    // Sixteen small segments, then large ones: little waste for a small state, few segments for a large one.
    private const int SmallSegment = 64 << 10;
    private const int SmallSegments = 16;
    private const int LargeSegment = 1 << 20;
    private const long SmallTotal = (long)SmallSegment * SmallSegments;

    private readonly List<byte[]> _segments = [];
    private byte[] _current = [];
    private int _used;
    private int _size;
    private volatile bool _closed;

    public long Length { get; private set; }

    /// <summary>Whether a write was refused because of the limit.</summary>
    public bool IsOverLimit { get; private set; }

    public Stream OpenWrite() => new StateWriteStream(this);

    public Stream OpenRead() => new StateReadStream(this);

    /// <summary>Refuses all further writes.</summary>
    public void Close() => _closed = true;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(Stream));
        if (Length + bytes.Length > limit)
        {
            IsOverLimit = true;
            throw new IOException($"The exported state is longer than the limit of {limit} bytes.");
        }

        while (!bytes.IsEmpty)
        {
            if (_used == _size)
            {
                AddSegment();
            }

            var part = Math.Min(bytes.Length, _size - _used);
            bytes[..part].CopyTo(_current.AsSpan(_used));
            _used += part;
            Length += part;
            bytes = bytes[part..];
        }
    }

    public int Read(long position, Span<byte> destination)
    {
        var copied = 0;
        while (copied < destination.Length && position < Length)
        {
            var available = SegmentAt(position);
            var part = Math.Min(available.Length, destination.Length - copied);
            available[..part].CopyTo(destination[copied..]);
            copied += part;
            position += part;
        }

        return copied;
    }

    /// <summary>Where the two first differ, or where the shorter one ends; -1 when they are equal.</summary>
    public long FirstDifference(StateBytes other)
    {
        // Equal positions lie at equal places of equally long segments.
        var end = Math.Min(Length, other.Length);
        for (long position = 0; position < end;)
        {
            var mine = SegmentAt(position);
            var theirs = other.SegmentAt(position);
            var part = Math.Min(mine.Length, theirs.Length);
            var same = mine.CommonPrefixLength(theirs);
            if (same < part)
            {
                return position + same;
            }

            position += part;
        }

        return Length == other.Length ? -1 : end;
    }

    public void Dispose()
    {
        Close();
        Length = 0;
        foreach (var segment in _segments)
        {
            ArrayPool<byte>.Shared.Return(segment);
        }

        _segments.Clear();
        (_current, _used, _size) = ([], 0, 0);
    }

    private void AddSegment()
    {
        _size = _segments.Count < SmallSegments ? SmallSegment : LargeSegment;
        _current = ArrayPool<byte>.Shared.Rent(_size);
        _segments.Add(_current);
        _used = 0;
    }

    private ReadOnlySpan<byte> SegmentAt(long position)
    {
        var (index, offset, size) = position < SmallTotal
            ? ((int)(position / SmallSegment), (int)(position % SmallSegment), SmallSegment)
            : (SmallSegments + (int)((position - SmallTotal) / LargeSegment), (int)((position - SmallTotal) % LargeSegment), LargeSegment);
        return _segments[index].AsSpan(offset, (int)Math.Min(size - offset, Length - position));
    }
}
