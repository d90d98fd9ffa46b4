namespace Theseus.Control.Monitoring;

/// <summary>How a fleet is monitored. Set before it is started; not thread-safe.</summary>
public sealed class MonitorOptions
{
    /// <summary>The time between two looks; from 0.1 s to 1 h. Default: 5 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long what was seen is kept; from 1 minute to 7 days, and at most 100,000 looks. Default: 1 h.</summary>
    public TimeSpan Kept { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How many series there are at most, from 1 to 1,000,000: each takes 4 bytes for each look that is kept. Those that come
    /// when it is full are not taken. Default: 20,000, which is 55 MiB at the default interval when all are there, enough for some 1,000 nodes.
    /// </summary>
    public int MostSeries { get; set; } = 20_000;

    /// <summary>What alerts are raised by. Default: <see cref="DefaultAlertRules.All"/>; may be changed, added to and emptied.</summary>
    public IList<AlertRule> Rules { get; } = [.. DefaultAlertRules.All];

    /// <summary>Where alerts are told to. Default: none.</summary>
    public IList<Webhook> Webhooks { get; } = [];

    /// <summary>How many alerts that were cleared are kept, the newest; from 0 to 100,000. Default: 1,000.</summary>
    public int ClearedKept { get; set; } = 1000;

    internal int Looks => (int)Math.Clamp(Math.Ceiling(Kept / Interval), 2, int.MaxValue);

    /// <summary>Says all that is wrong, each with what to write instead; empty for nothing.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromHours(1))
        {
            faults.Add($"Monitor.Interval has to be from 0.1 s to 1 h; it is {Interval}.");
        }

        if (Kept < TimeSpan.FromMinutes(1) || Kept > TimeSpan.FromDays(7))
        {
            faults.Add($"Monitor.Kept has to be from 1 minute to 7 days; it is {Kept}.");
        }
        else if (Interval > TimeSpan.Zero && Looks > 100_000)
        {
            faults.Add($"{Kept} (Monitor.Kept) at an interval of {Interval} are {Looks:N0} looks; at most 100,000 are kept. Look less often, or keep less.");
        }

        Within("MostSeries", MostSeries, 1, 1_000_000);
        Within("ClearedKept", ClearedKept, 0, 100_000);
        faults.AddRange(Rules.SelectMany(rule => rule is null ? ["Monitor.Rules has a rule that is null; leave it out."] : rule.Validate()));
        faults.AddRange(Webhooks.SelectMany(webhook => webhook.Validate()));
        faults.AddRange(Webhooks.GroupBy(webhook => webhook.Name, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => $"{same.Count()} webhooks are called '{same.Key}'; give each a name of its own."));
        faults.AddRange(Rules.OfType<AlertRule>().GroupBy(rule => rule.Name, StringComparer.Ordinal).Where(same => same.Count() > 1)
            .Select(same => $"{same.Count()} alert rules are called '{same.Key}'; give each a name of its own."));
        faults.AddRange(Rules.OfType<AlertRule>().Where(rule => rule.Window > Kept)
            .Select(rule => $"The alert rule '{rule.Name}' looks at {rule.Window}, and only {Kept} are kept. Shorten its window, or keep more (Monitor.Kept)."));
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
