using System.Threading.Channels;
using Theseus.Control.Audit;
using Theseus.Storage;

namespace Theseus.Control.Tests.Rollback;

/// <summary>A real store of rollback points on a disk that fails when a test says so. Tells of each trim.</summary>
internal sealed class FaultyPoints(IRollbackPointStore points) : IRollbackPointStore
{
    private readonly Channel<int> _trims = Channel.CreateUnbounded<int>();
    private volatile bool _isFull;

    public bool IsFull
    {
        set => _isFull = value;
    }

    /// <summary>How many points the next trim removed; -1 when the disk failed.</summary>
    public Task<int> NextTrimAsync() => _trims.Reader.ReadAsync().AsTask().WaitAsync(TrimmingLaws.Deadline);

    public Task<IReadOnlyList<RollbackPoint>> ReadPointsAsync(string? component, CancellationToken cancellationToken) => points.ReadPointsAsync(component, cancellationToken);

    public async Task<int> TrimAsync(int count, DateTimeOffset before, Func<RollbackPoint, AuditEntry> entryOf, CancellationToken cancellationToken)
    {
        if (_isFull)
        {
            _trims.Writer.TryWrite(-1);
            throw new StorageException(StorageFault.Full, "The disk is full.");
        }

        var removed = await points.TrimAsync(count, before, entryOf, cancellationToken);
        _trims.Writer.TryWrite(removed);
        return removed;
    }
}
