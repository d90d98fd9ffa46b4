namespace Theseus.Control.Monitoring;

/// <summary>How a fleet is monitored. Set before it is started; not thread-safe.</summary>
public sealed class MonitorOptions
{
    /// <summary>The time between two looks; from 0.1 s to 1 h. Default: 5 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many looks are kept; from 2 to 100,000. Default: 720, an hour's at the default interval.</summary>
    public int Kept { get; set; } = 720;

    /// <summary>
    /// How many series there are at most, from 1 to 1,000,000: each takes 4 bytes for each look that is kept. Those that come
    /// when it is full are not taken. Default: 20,000, which is 55 MiB when all are there, enough for some 1,000 nodes.
    /// </summary>
    public int MostSeries { get; set; } = 20_000;

    /// <summary>What alerts are raised by. Default: <see cref="DefaultAlertRules.All"/>; may be changed, added to and emptied.</summary>
    public IList<AlertRule> Rules { get; } = [.. DefaultAlertRules.All];

    /// <summary>How many alerts that were cleared are kept, the newest; from 0 to 100,000. Default: 1,000.</summary>
    public int ClearedKept { get; set; } = 1000;

    /// <summary>Says all that is wrong, each with what to write instead; empty for nothing.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromHours(1))
        {
            faults.Add($"Monitor.Interval has to be from 0.1 s to 1 h; it is {Interval}.");
        }

        Within("Kept", Kept, 2, 100_000);
        Within("MostSeries", MostSeries, 1, 1_000_000);
        Within("ClearedKept", ClearedKept, 0, 100_000);
        faults.AddRange(Rules.SelectMany(rule => rule is null ? ["Monitor.Rules has a rule that is null; leave it out."] : rule.Validate()));
        faults.AddRange(Rules.OfType<AlertRule>().GroupBy(rule => rule.Name, StringComparer.Ordinal).Where(same => same.Count() > 1)
            .Select(same => $"{same.Count()} alert rules are called '{same.Key}'; give each a name of its own."));
        faults.AddRange(Rules.OfType<AlertRule>().Where(rule => rule.Window > Interval * Kept)
            .Select(rule => $"The alert rule '{rule.Name}' looks at {rule.Window}, and only {Interval * Kept} are kept. Shorten its window, or keep more looks (Monitor.Kept)."));
        return faults;

        void Within(string name, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                faults.Add($"Monitor.{name} has to be from {least:N0} to {most:N0}; it is {value:N0}.");
            }
        }
    }
}
