using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Theseus.Control.Upgrades;

/// <summary>Those who are told of upgrades' changes as they are stored. Thread-safe.</summary>
internal sealed class UpgradeWatchers
{
    private const int ChangesKept = 256;

    private readonly Lock _lock = new();
    private readonly List<(string? Upgrade, Channel<UpgradeRecord> Changes)> _all = [];
    private bool _hasEnded;

    /// <summary>Begins to watch: whatever is told from now on is read of it, until it is disposed of.</summary>
    /// <param name="upgrade">Of which upgrade; null for all. Others' changes must not push out the end that somebody waits for.</param>
    public Watching Begin(string? upgrade)
    {
        var changes = Channel.CreateBounded<UpgradeRecord>(new BoundedChannelOptions(ChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            _all.Add((upgrade, changes));
            if (_hasEnded)
            {
                changes.Writer.Complete();
            }
        }

        return new Watching(this, changes);
    }

    public void Tell(UpgradeRecord upgrade)
    {
        lock (_lock)
        {
            foreach (var (_, changes) in _all.Where(one => one.Upgrade is null || one.Upgrade == upgrade.Id))
            {
                changes.Writer.TryWrite(upgrade);
            }
        }
    }

    /// <summary>Nothing is told any more: whoever waits for it would do so for ever, and hold all that the manager has.</summary>
    public void End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            _all.ForEach(one => one.Changes.Writer.TryComplete());
        }
    }

    private void Leave(Channel<UpgradeRecord> changes)
    {
        lock (_lock)
        {
            _all.RemoveAll(one => one.Changes == changes);
        }
    }

    /// <summary>One who watches. For one reader.</summary>
    internal sealed class Watching(UpgradeWatchers watchers, Channel<UpgradeRecord> changes) : IDisposable
    {
        /// <summary>How many changes were told and not read yet.</summary>
        public int Waiting => changes.Reader.Count;

        public IAsyncEnumerable<UpgradeRecord> ReadAllAsync(CancellationToken cancellationToken) => changes.Reader.ReadAllAsync(cancellationToken);

        /// <summary>Waits until there is something to read; false when nothing is told any more.</summary>
        public Task<bool> WaitAsync(CancellationToken cancellationToken) => changes.Reader.WaitToReadAsync(cancellationToken).AsTask();

        /// <summary>Reads the next change, if there is one.</summary>
        public bool TryRead([MaybeNullWhen(false)] out UpgradeRecord upgrade) => changes.Reader.TryRead(out upgrade);

        public void Dispose() => watchers.Leave(changes);
    }
}
