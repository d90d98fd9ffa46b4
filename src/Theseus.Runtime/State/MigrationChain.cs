namespace Theseus.Runtime.State;

/// <summary>Finds how to get from one schema to another with the migrations that two releases carry.</summary>
internal static class MigrationChain
{
    /// <summary>
    /// The shortest chain; among equally short ones that with the fewest steps that cannot be undone, then with the
    /// fewest that cannot migrate changes. Null when there is none.
    /// </summary>
    /// <remarks>
    /// Dijkstra's algorithm over a graph of a few schemas. Where both releases carry a migration between the same
    /// schemas, the one with the newer schema is asked: its author knew both.
    /// </remarks>
    public static IReadOnlyList<MigrationStep>? Find(StateParty from, StateParty to)
    {
        var steps = StepsOf(from, to);
        var done = new HashSet<int>();
        var reached = new Dictionary<int, (Cost Cost, MigrationStep? By)> { [from.State.Schema] = (default, null) };
        while (reached.Where(entry => !done.Contains(entry.Key)).OrderBy(static entry => entry.Value.Cost).ThenBy(static entry => entry.Key).Select(static entry => (int?)entry.Key).FirstOrDefault() is { } schema)
        {
            done.Add(schema);
            foreach (var step in steps.Where(step => step.From == schema))
            {
                var cost = reached[schema].Cost.Plus(step);
                if (!reached.TryGetValue(step.To, out var known) || cost.CompareTo(known.Cost) < 0)
                {
                    reached[step.To] = (cost, step);
                }
            }
        }

        return reached.ContainsKey(to.State.Schema) ? Walk(reached, to.State.Schema) : null;
    }

    private static List<MigrationStep> Walk(Dictionary<int, (Cost Cost, MigrationStep? By)> reached, int schema)
    {
        var chain = new List<MigrationStep>();
        while (reached[schema].By is { } step)
        {
            chain.Insert(0, step);
            schema = step.From;
        }

        return chain;
    }

    private static List<MigrationStep> StepsOf(StateParty from, StateParty to)
    {
        StateParty[] newerFirst = from.State.Schema > to.State.Schema ? [from, to] : [to, from];
        var migrations = newerFirst
            .SelectMany(static party => party.State.Migrations.Select(migration => new MigrationStep(party, migration, IsUndo: false)))
            .DistinctBy(static step => (step.From, step.To))
            .ToList();
        return [.. migrations, .. migrations.Where(static step => step.Declaration.IsReversible).Select(static step => step.Opposite())];
    }

    private readonly record struct Cost(int Steps, int Irreversible, int WithoutChanges) : IComparable<Cost>
    {
        public Cost Plus(MigrationStep step) =>
            new(Steps + 1, Irreversible + (step.IsReversible ? 0 : 1), WithoutChanges + (step.MigratesChanges ? 0 : 1));

        public int CompareTo(Cost other) =>
            (Steps, Irreversible, WithoutChanges).CompareTo((other.Steps, other.Irreversible, other.WithoutChanges));
    }
}
