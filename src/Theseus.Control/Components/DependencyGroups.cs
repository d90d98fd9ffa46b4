namespace Theseus.Control.Components;

/// <summary>
/// Divides components into groups that depend on each other, in an order in which each group comes after those that it
/// needs. Strongly connected components by Tarjan, "Depth-First Search and Linear Graph Algorithms" (1972), without
/// recursion: a chain may be as long as there are components.
/// </summary>
internal static class DependencyGroups
{
    public static IReadOnlyList<IReadOnlyList<string>> Find(IEnumerable<string> names, IReadOnlyDictionary<string, IReadOnlyList<string>> needs)
    {
        var groups = new List<IReadOnlyList<string>>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var lowest = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new Stack<string>();
        var isOpen = new HashSet<string>(StringComparer.Ordinal);
        var way = new Stack<(string Name, int Next)>();
        foreach (var start in names)
        {
            if (numbers.ContainsKey(start))
                continue;
            Enter(start);
            while (way.TryPop(out var at))
            {
                var (name, next) = at;
                if (next < needs[name].Count)
                {
                    way.Push((name, next + 1));
                    var needed = needs[name][next];
                    if (!numbers.TryGetValue(needed, out var number))
                        Enter(needed);
                    else if (isOpen.Contains(needed))
                        lowest[name] = Math.Min(lowest[name], number);
                    continue;
                }

                if (way.TryPeek(out var caller))
                    lowest[caller.Name] = Math.Min(lowest[caller.Name], lowest[name]);
                if (lowest[name] == numbers[name])
                    groups.Add(Close(name));
            }
        }

        return groups;

        void Enter(string name)
        {
            lowest[name] = numbers[name] = numbers.Count;
            open.Push(name);
            isOpen.Add(name);
            way.Push((name, 0));
        }

        List<string> Close(string first)
        {
            var group = new List<string>();
            string name;
            do
            {
                name = open.Pop();
                isOpen.Remove(name);
                group.Add(name);
            }
            while (name != first);
            group.Sort(StringComparer.Ordinal);
            return group;
        }
    }

    /// <summary>A shortest way from a group's first name back to it.</summary>
    public static IReadOnlyList<string> WayAround(IReadOnlyList<string> group, IReadOnlyDictionary<string, IReadOnlyList<string>> needs)
    {
        var first = group[0];
        var inside = group.ToHashSet(StringComparer.Ordinal);
        var reachedFrom = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = new Queue<string>([first]);
        while (open.TryDequeue(out var name))
        {
            foreach (var needed in needs[name].Where(inside.Contains))
            {
                if (needed == first)
                    return Walk(first, name, reachedFrom);
                if (reachedFrom.TryAdd(needed, name))
                    open.Enqueue(needed);
            }
        }

        throw new InvalidOperationException($"'{first}' is in no cycle.");
    }

    private static List<string> Walk(string first, string last, Dictionary<string, string> reachedFrom)
    {
        var way = new List<string> { last };
        while (last != first)
            way.Add(last = reachedFrom[last]);
        way.Reverse();
        return way;
    }
}
