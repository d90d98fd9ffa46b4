using Theseus.Packaging;

namespace Theseus.Control.Versions;

/// <summary>A migration as a step between schemas, forwards or undone.</summary>
internal readonly record struct SchemaStep(int From, int To, bool IsReversible, bool MigratesChanges);

/// <summary>Finds how state gets from one schema to another with the migrations that two releases carry, as a host will.</summary>
internal static class SchemaChain
{
    /// <summary>
    /// The shortest chain; among equally short ones that with the fewest steps that cannot be undone, then with the
    /// fewest that cannot migrate changes. Null when there is none.
    /// </summary>
    /// <remarks>
    /// A host chooses by the same order (Theseus.Runtime, MigrationChain), so that what is judged here is what will
    /// happen there. Dijkstra's algorithm over a graph of a few schemas.
    /// </remarks>
    public static IReadOnlyList<SchemaStep>? Find(StateDeclaration from, StateDeclaration to)
    {
        var steps = StepsOf(from, to);
        var reached = new Dictionary<int, (Cost Cost, SchemaStep? By)> { [from.Schema] = (default, null) };
        var open = new PriorityQueue<int, (Cost, int)>([(from.Schema, (default(Cost), from.Schema))]);
        var done = new HashSet<int>();
        while (open.TryDequeue(out var schema, out _))
        {
            if (!done.Add(schema))
                continue;
            foreach (var step in steps.Where(step => step.From == schema))
            {
                var cost = reached[schema].Cost.Plus(step);
                if (!reached.TryGetValue(step.To, out var known) || cost.CompareTo(known.Cost) < 0)
                {
                    reached[step.To] = (cost, step);
                    open.Enqueue(step.To, (cost, step.To));
                }
            }
        }

        return reached.ContainsKey(to.Schema) ? Walk(reached, to.Schema) : null;
    }

    private static List<SchemaStep> Walk(Dictionary<int, (Cost Cost, SchemaStep? By)> reached, int schema)
    {
        var chain = new List<SchemaStep>();
        while (reached[schema].By is { } step)
        {
            chain.Insert(0, step);
            schema = step.From;
        }

        return chain;
    }

    // Of two migrations between the same schemas that of the release with the newer schema counts: its author knew both.
    private static List<SchemaStep> StepsOf(StateDeclaration from, StateDeclaration to)
    {
        StateDeclaration[] newerFirst = from.Schema > to.Schema ? [from, to] : [to, from];
        var migrations = newerFirst.SelectMany(one => one.Migrations).DistinctBy(one => (one.From, one.To)).ToList();
        return
        [
            .. migrations.Select(one => new SchemaStep(one.From, one.To, one.IsReversible, one.MigratesChanges)),
            .. migrations.Where(one => one.IsReversible).Select(one => new SchemaStep(one.To, one.From, true, one.MigratesChanges)),
        ];
    }

    private readonly record struct Cost(int Steps, int Irreversible, int WithoutChanges) : IComparable<Cost>
    {
        public Cost Plus(SchemaStep step) => new(Steps + 1, Irreversible + (step.IsReversible ? 0 : 1), WithoutChanges + (step.MigratesChanges ? 0 : 1));

        public int CompareTo(Cost other) => (Steps, Irreversible, WithoutChanges).CompareTo((other.Steps, other.Irreversible, other.WithoutChanges));
    }
}
