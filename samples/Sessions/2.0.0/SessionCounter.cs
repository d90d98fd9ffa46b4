namespace Theseus.Samples.Sessions;

/// <remarks>Finds the busiest sessions without sorting them all: the table may be large.</remarks>
/// <param name="table">Handed over from the release before.</param>
[Component("sessions", typeof(ISessionCounter))]
[SharedState(typeof(SessionTable))]
public sealed class SessionCounter(SessionTable table) : ISessionCounter
{
    // Least busy first, and of equals the ordinally last: what the queue lets go of.
    private static readonly Comparer<(long Visits, string Session)> s_leastFirst = Comparer<(long Visits, string Session)>.Create(
        (left, right) => left.Visits != right.Visits
            ? left.Visits.CompareTo(right.Visits)
            : string.CompareOrdinal(right.Session, left.Session));

    public long Visit(string session) => table.Add(session);

    public long TotalVisits() => table.Visits.Sum(entry => entry.Value);

    public IReadOnlyList<string> Busiest(int count)
    {
        if (count <= 0)
        {
            return [];
        }

        var busiest = new PriorityQueue<string, (long Visits, string Session)>(s_leastFirst);
        foreach (var (session, visits) in table.Visits)
        {
            if (busiest.Count < count)
            {
                busiest.Enqueue(session, (visits, session));
            }
            else
            {
                busiest.EnqueueDequeue(session, (visits, session));
            }
        }

        var result = new string[busiest.Count];
        for (var i = result.Length - 1; i >= 0; i--)
        {
            result[i] = busiest.Dequeue();
        }

        return result;
    }
}
