using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Theseus.Control.Monitoring;

/// <summary>What is made of the values in a rule's window.</summary>
public enum AlertAggregate
{
    /// <summary>The newest.</summary>
    Last,

    /// <summary>Their mean.</summary>
    Average,

    /// <summary>The least.</summary>
    Minimum,

    /// <summary>The greatest.</summary>
    Maximum,

    /// <summary>By how much the newest is above the oldest: of what is counted for ever, how much came in the window.</summary>
    Increase,
}

/// <summary>Which side of a threshold is the bad one.</summary>
public enum AlertComparison
{
    /// <summary>Above it.</summary>
    Above,

    /// <summary>Below it.</summary>
    Below,
}

/// <summary>How much an alert matters.</summary>
public enum AlertSeverity
{
    /// <summary>Good to know.</summary>
    Information,

    /// <summary>To be looked at.</summary>
    Warning,

    /// <summary>To be looked at now.</summary>
    Critical,
}

/// <summary>What a rule makes of a window without a value.</summary>
public enum AlertWithoutData
{
    /// <summary>Nothing: what is raised stays, and nothing is raised.</summary>
    Keep,

    /// <summary>It counts as bad.</summary>
    Raise,

    /// <summary>It counts as good.</summary>
    Clear,
}

/// <summary>When an alert is raised and cleared, for each subject of a metric by itself. Immutable.</summary>
public sealed partial record AlertRule
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);

    /// <summary>Its name, unique among the rules: small letters, digits, dots and hyphens, at most 64.</summary>
    public required string Name { get; init; }

    /// <summary>The metric's name, one of <see cref="MonitoredMetric.All"/>.</summary>
    public required string Metric { get; init; }

    /// <summary>The only subject that it looks at; empty, the default, for each there is.</summary>
    public string Subject { get; init => field = value ?? ""; } = "";

    /// <summary>What is made of the values in the window. Default: the mean.</summary>
    public AlertAggregate Aggregate { get; init; } = AlertAggregate.Average;

    /// <summary>How far back values count, from 0 to 7 days; zero for the newest look alone. Default: 1 minute.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Which side is the bad one. Default: above.</summary>
    public AlertComparison Comparison { get; init; }

    /// <summary>Beyond it is bad; on it is not.</summary>
    public required double Threshold { get; init; }

    /// <summary>
    /// Back at it or further is good again: what is between the two raises nothing and clears nothing, so that a value that
    /// wavers about the threshold is one alert. Null, the default, for the threshold itself.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ClearThreshold { get; init; }

    /// <summary>How long it has to be bad, at each look, before the alert is raised; from 0 to 7 days. Default: 0.</summary>
    public TimeSpan RaiseAfter { get; init; }

    /// <summary>How long it has to be good, at each look, before the alert is cleared; from 0 to 7 days. Default: 0.</summary>
    public TimeSpan ClearAfter { get; init; }

    /// <summary>What a window without a value is taken for. Default: nothing.</summary>
    public AlertWithoutData WithoutData { get; init; }

    /// <summary>How much it matters. Default: a warning.</summary>
    public AlertSeverity Severity { get; init; } = AlertSeverity.Warning;

    /// <summary>What it means and what to do, in words, at most 1,000 characters. Default: empty.</summary>
    public string Text { get; init => field = value ?? ""; } = "";

    /// <summary>Says all that is wrong, each with what to write instead; empty for nothing.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Name is null || !NameForm().IsMatch(Name))
        {
            faults.Add($"An alert rule's name has 1 to 64 small letters, digits, dots and hyphens, and begins with a letter; '{Name}' was given.");
        }

        if (MonitoredMetric.Find(Metric ?? "") is not { } metric)
        {
            Fault($"There is no metric '{Metric}'. There is: {string.Join(", ", MonitoredMetric.All.Select(one => one.Name))}.");
        }
        else if (metric.Scope == MetricScope.Fleet && Subject.Length > 0)
        {
            Fault($"'{Metric}' is of the fleet as a whole, so leave the subject '{Subject}' out.");
        }

        if (!double.IsFinite(Threshold))
        {
            Fault($"Threshold has to be a number; it is {Threshold}.");
        }

        if (ClearThreshold is { } clear && !(Comparison == AlertComparison.Above ? clear <= Threshold : clear >= Threshold))
        {
            Fault($"ClearThreshold has to be on the good side of Threshold, {(Comparison == AlertComparison.Above ? "at most" : "at least")} {Threshold}; it is {clear}.");
        }

        foreach (var (name, time) in (ReadOnlySpan<(string, TimeSpan)>)[("Window", Window), ("RaiseAfter", RaiseAfter), ("ClearAfter", ClearAfter)])
        {
            if (time < TimeSpan.Zero || time > s_longest)
            {
                Fault($"{name} has to be from 0 to 7 days; it is {time}.");
            }
        }

        if (Aggregate == AlertAggregate.Increase && Window == TimeSpan.Zero)
        {
            Fault("An increase needs a Window above 0.");
        }

        if (!Enum.IsDefined(Aggregate) || !Enum.IsDefined(Comparison) || !Enum.IsDefined(Severity) || !Enum.IsDefined(WithoutData))
        {
            Fault("Aggregate, Comparison, Severity and WithoutData have to be values that there are.");
        }

        if (Text.Length > 1000)
        {
            Fault($"Text has at most 1,000 characters; it has {Text.Length:N0}.");
        }

        return faults;

        void Fault(string text) => faults.Add($"Alert rule '{Name}': {text}");
    }

    [GeneratedRegex("^[a-z][a-z0-9.-]{0,63}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NameForm();
}
