using System.Collections.Frozen;

namespace Theseus.Runtime.Metrics;

/// <summary>
/// Counts failures by their kind: the first sixteen kinds each, all others together, so that a component that makes up
/// names does not fill the memory. Counts only grow. Thread-safe; only a kind's first failure takes a lock.
/// </summary>
internal sealed class FailureKinds
{
    public const int MostKinds = 16;
    public const int LongestName = 200;

    private readonly Lock _lock = new();
    private volatile Kind[] _kinds = [];
    private Kind? _others;

    public void Count(string kind)
    {
        if (kind.Length > LongestName)
        {
            kind = kind[..LongestName] + "…";
        }

        Interlocked.Increment(ref (Find(kind) ?? Add(kind)).Failures);
    }

    public IReadOnlyDictionary<string, long> Read()
    {
        var kinds = _kinds;
        return kinds.Length == 0 ? FrozenDictionary<string, long>.Empty : kinds.ToDictionary(kind => kind.Name, kind => Interlocked.Read(ref kind.Failures), StringComparer.Ordinal);
    }

    private Kind? Find(string name)
    {
        foreach (var kind in _kinds)
        {
            if (kind.Name == name)
            {
                return kind;
            }
        }

        return _others;
    }

    private Kind Add(string name)
    {
        lock (_lock)
        {
            if (Find(name) is { } found)
            {
                return found;
            }

            if (_kinds.Length < MostKinds)
            {
                return Append_NeedsLock(name);
            }

            // A component may have named a failure of its own like that.
            return _others = _kinds.FirstOrDefault(kind => kind.Name == MethodMetrics.OtherFailures) ?? Append_NeedsLock(MethodMetrics.OtherFailures);
        }
    }

    private Kind Append_NeedsLock(string name)
    {
        var added = new Kind(name);
        // Copied, since readers have no lock; the kinds themselves stay the same.
        _kinds = [.. _kinds, added];
        return added;
    }

    private sealed class Kind(string name)
    {
        public readonly string Name = name;

        public long Failures;
    }
}
