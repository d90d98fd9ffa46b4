using Theseus.Control.Upgrades;

namespace Theseus.Storage.Sqlite;

/// <summary>A SQLite database is one control plane's: nobody else changes anything in it. Thread-safe.</summary>
internal sealed class SqliteChanges : IStoreChanges
{
    public Task ListenAsync(Action onChanged, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
}
