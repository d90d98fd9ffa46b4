using System.Threading.Channels;

namespace Theseus.Control.Upgrades;

/// <summary>Those who are told of upgrades' changes as they are stored. Thread-safe.</summary>
internal sealed class UpgradeWatchers
{
    private const int ChangesKept = 256;

    private readonly Lock _lock = new();
    private readonly List<Channel<UpgradeRecord>> _all = [];
    private bool _hasEnded;

    /// <summary>Begins to watch: whatever is told from now on is read of it, until it is disposed of.</summary>
    public Watching Begin()
    {
        var changes = Channel.CreateBounded<UpgradeRecord>(new BoundedChannelOptions(ChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            _all.Add(changes);
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
            foreach (var changes in _all)
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
            _all.ForEach(changes => changes.Writer.TryComplete());
        }
    }

    private void Leave(Channel<UpgradeRecord> changes)
    {
        lock (_lock)
        {
            _all.Remove(changes);
        }
    }

    /// <summary>One who watches. For one reader.</summary>
    internal sealed class Watching(UpgradeWatchers watchers, Channel<UpgradeRecord> changes) : IDisposable
    {
        public IAsyncEnumerable<UpgradeRecord> ReadAllAsync(CancellationToken cancellationToken) => changes.Reader.ReadAllAsync(cancellationToken);

        public void Dispose() => watchers.Leave(changes);
    }
}
