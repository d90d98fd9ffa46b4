using System.Collections.Concurrent;

namespace Theseus.Samples;

/// <summary>
/// The visits by session: state that releases of the session counter share. It belongs to the contract's assembly, so
/// the same object goes from release to release as it is, whatever its size. Thread-safe.
/// </summary>
public sealed class SessionTable
{
    private readonly ConcurrentDictionary<string, long> _visits = new(StringComparer.Ordinal);

    /// <summary>Counts a visit.</summary>
    /// <param name="session">The session.</param>
    /// <returns>How many visits it has had, this one among them.</returns>
    public long Add(string session) => _visits.AddOrUpdate(session, 1, static (_, visits) => visits + 1);

    /// <summary>The visits of each session, in no order. May be read while visits are added.</summary>
    public IEnumerable<KeyValuePair<string, long>> Visits => _visits;
}
