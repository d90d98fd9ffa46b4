namespace Theseus.Samples.Sessions;

/// <param name="table">Handed over from the release before.</param>
[Component("sessions", typeof(ISessionCounter))]
[SharedState(typeof(SessionTable))]
public sealed class SessionCounter(SessionTable table) : ISessionCounter
{
    public long Visit(string session) => table.Add(session);

    public long TotalVisits() => table.Visits.Sum(entry => entry.Value);

    public IReadOnlyList<string> Busiest(int count) =>
    [
        .. table.Visits
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(count)
            .Select(entry => entry.Key),
    ];
}
