namespace Theseus.Control.Validation;

/// <summary>Brings rules into an order in which each comes after those that it waits for.</summary>
internal static class RuleOrder
{
    public static void Check(IReadOnlyList<IUpgradeRule> rules)
    {
        var faults = rules.GroupBy(rule => rule.Id, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => $"There are {same.Count()} rules '{same.Key}'.").ToList();
        var ids = rules.Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        faults.AddRange(from rule in rules from id in rule.After where !ids.Contains(id) select $"The rule '{rule.Id}' waits for '{id}', which there is none of.");
        if (faults.Count == 0 && Sort(rules) is var sorted && sorted.Count < rules.Count)
            faults.Add($"Rules wait for each other: {string.Join(", ", rules.Except(sorted).Select(rule => $"'{rule.Id}'"))}.");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join(" ", faults), nameof(rules));
    }

    /// <summary>The rules in such an order, as far as there is one.</summary>
    public static List<IUpgradeRule> Sort(IReadOnlyList<IUpgradeRule> rules)
    {
        var sorted = new List<IUpgradeRule>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        while (rules.FirstOrDefault(rule => !done.Contains(rule.Id) && rule.After.All(done.Contains)) is { } next)
        {
            sorted.Add(next);
            done.Add(next.Id);
        }

        return sorted;
    }
}
