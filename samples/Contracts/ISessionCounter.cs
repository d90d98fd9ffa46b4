namespace Theseus.Samples;

/// <summary>Counts the visits of sessions.</summary>
[Contract]
public interface ISessionCounter
{
    /// <summary>Counts a visit.</summary>
    /// <param name="session">The session.</param>
    /// <returns>How many visits it has had, this one among them.</returns>
    long Visit([RoutingKey] string session);

    /// <summary>How many visits there were in all.</summary>
    [Idempotent]
    long TotalVisits();

    /// <summary>The sessions with the most visits, most first; equals in ordinal order.</summary>
    /// <param name="count">How many at most.</param>
    [Idempotent]
    IReadOnlyList<string> Busiest(int count);
}
