using System.Globalization;

namespace Theseus.Control.Monitoring;

/// <summary>
/// The alerts: how each rule stands with each subject, what is raised, and the newest of what was. Thread-safe.
/// </summary>
internal sealed class AlertBook(int clearedKept)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Rule, string Subject), AlertStanding> _standings = [];
    private readonly Dictionary<(string Rule, string Subject), Alert> _open = [];
    private readonly LinkedList<Alert> _cleared = [];

    /// <summary>Those that are not cleared, and then the cleared ones that are kept; each the newest first.</summary>
    public IReadOnlyList<Alert> All()
    {
        lock (_lock)
        {
            return [.. _open.Values.OrderByDescending(alert => alert.RaisedAt).ThenBy(alert => alert.Id, StringComparer.Ordinal), .. _cleared];
        }
    }

    /// <summary>An alert; null when there is none of that id.</summary>
    public Alert? Find(string id)
    {
        lock (_lock)
        {
            return _open.Values.Concat(_cleared).FirstOrDefault(alert => alert.Id == id);
        }
    }

    /// <summary>Goes through all rules once.</summary>
    /// <returns>The alerts that were raised or cleared.</returns>
    public IReadOnlyList<Alert> Evaluate(IReadOnlyList<AlertRule> rules, SeriesStore series, DateTimeOffset now)
    {
        var changes = new List<Alert>();
        lock (_lock)
        {
            var seen = new HashSet<(string, string)>();
            foreach (var rule in rules)
            {
                foreach (var subject in SubjectsOf_NeedsLock(rule, series))
                {
                    seen.Add((rule.Name, subject));
                    if (Evaluate_NeedsLock(rule, subject, series, now) is { } change)
                    {
                        changes.Add(change);
                    }
                }
            }

            foreach (var gone in _standings.Keys.Where(key => !seen.Contains(key)).ToList())
            {
                _standings.Remove(gone);
                if (_open.TryGetValue(gone, out var alert))
                {
                    changes.Add(Clear_NeedsLock(gone, alert, rules.Any(rule => rule.Name == gone.Rule) ? "nothing is known of it any more" : "its rule was removed", now));
                }
            }
        }

        return changes;
    }

    /// <summary>Notes that somebody looks at an alert.</summary>
    /// <returns>The alert as it stands now; null when there is none of that id.</returns>
    public (Alert? Alert, bool IsNew) Acknowledge(string id, string who, string note)
    {
        lock (_lock)
        {
            var (key, alert) = _open.FirstOrDefault(one => one.Value.Id == id);
            if (alert is null)
            {
                return (_cleared.FirstOrDefault(one => one.Id == id), false);
            }

            if (alert.State == AlertState.Acknowledged)
            {
                return (alert, false);
            }

            _open[key] = alert = alert with { Revision = alert.Revision + 1, State = AlertState.Acknowledged, AcknowledgedBy = who, Note = note };
            return (alert, true);
        }
    }

    // One that was told of by name is looked at also without a series: that it is missing may be what matters.
    private static IEnumerable<string> SubjectsOf_NeedsLock(AlertRule rule, SeriesStore series) =>
        rule.Subject.Length > 0 || MonitoredMetric.Find(rule.Metric)!.Scope == MetricScope.Fleet ? [rule.Subject] : series.SubjectsOf(rule.Metric);

    private Alert? Evaluate_NeedsLock(AlertRule rule, string subject, SeriesStore series, DateTimeOffset now)
    {
        var key = (rule.Name, subject);
        // A look's own moment is in a window of no length.
        var value = AlertEvaluator.Aggregate(rule.Aggregate, series.Read(new SeriesId(rule.Metric, subject), now - rule.Window));
        var before = _standings.GetValueOrDefault(key, new(AlertPhase.Quiet, now));
        var standing = _standings[key] = AlertEvaluator.Next(rule, before, value, now);
        if (standing.IsRaised == before.IsRaised)
        {
            return null;
        }

        if (!standing.IsRaised)
        {
            return _open.TryGetValue(key, out var open) ? Clear_NeedsLock(key, open, value is { } good ? $"{rule.Metric} is {Text(good)}" : "there is no value any more", now) : null;
        }

        return _open[key] = new Alert
        {
            Id = Guid.NewGuid().ToString("n"),
            Revision = 1,
            Rule = rule.Name,
            Severity = rule.Severity,
            Metric = rule.Metric,
            Subject = subject,
            State = AlertState.Raised,
            RaisedAt = now,
            Value = value,
            Threshold = rule.Threshold,
            Text = $"{rule.Metric}{(subject.Length > 0 ? $" of {subject}" : "")} is {(value is { } bad ? Text(bad) : "not known")}; {(rule.Comparison == AlertComparison.Above ? "at most" : "at least")} {Text(rule.Threshold)} is good. {rule.Text}".TrimEnd(),
        };
    }

    private Alert Clear_NeedsLock((string, string) key, Alert alert, string why, DateTimeOffset now)
    {
        _open.Remove(key);
        var cleared = alert with { Revision = alert.Revision + 1, State = AlertState.Cleared, ClearedAt = now, ClearedBy = why };
        _cleared.AddFirst(cleared);
        while (_cleared.Count > clearedKept)
        {
            _cleared.RemoveLast();
        }

        return cleared;
    }

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
