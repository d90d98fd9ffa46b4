using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Theseus.Control.Upgrades;

/// <summary>
/// Writes and reads a metric that waves are judged by as one text: its source and which it is, and then options, with
/// semicolons between, like <c>node:node.processor; by 20%; from 0.05</c>.
/// </summary>
public static partial class MetricSpec
{
    /// <summary>What a text has to look like.</summary>
    public const string Form = "SOURCE:WHICH and then, each after a semicolon, 'worse higher', 'worse lower' or 'worse different', 'by 10%', 'from 0.05', 'limit 0.8', 'then fail', 'then ask' or 'then tell', 'still ok'; SOURCE is node, instrument or prometheus";

    /// <summary>The longest name.</summary>
    public const int LongestName = 40;

    /// <summary>The longest that names what is measured.</summary>
    public const int LongestOf = 1000;

    /// <summary>Whether a metric may be called so.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>Reads.</summary>
    /// <param name="name">What the metric is called.</param>
    /// <param name="text">The text.</param>
    /// <param name="metric">The metric; null when the text is none.</param>
    public static bool TryParse(string name, string text, out JudgedMetric? metric)
    {
        ArgumentNullException.ThrowIfNull(text);
        metric = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !Name<MetricSource>(text[..colon], out var source))
        {
            return false;
        }

        // A query may have semicolons in its strings; options are at the end.
        var parts = text[(colon + 1)..].Split(';').ToList();
        var read = new JudgedMetric { Name = name, Source = source, Of = "" };
        while (parts.Count > 1 && Option(read, parts[^1].Trim()) is { } with)
        {
            read = with;
            parts.RemoveAt(parts.Count - 1);
        }

        if (source != MetricSource.Prometheus && parts.Count > 1)
        {
            return false;
        }

        metric = read with { Of = string.Join(';', parts).Trim() };
        return true;
    }

    /// <summary>Writes, so that it is read again as the same.</summary>
    public static string Write(JudgedMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        var usual = new JudgedMetric { Name = metric.Name, Source = metric.Source, Of = metric.Of };
        var text = new StringBuilder($"{metric.Source.ToString().ToLowerInvariant()}:{metric.Of}");
        Add(metric.Worse != usual.Worse, $"worse {metric.Worse.ToString().ToLowerInvariant()}");
        Add(metric.By != usual.By, $"by {metric.By}");
        Add(metric.From != usual.From, $"from {metric.From}");
        Add(metric.Limit is not null, $"limit {metric.Limit}");
        Add(metric.Then != usual.Then, $"then {metric.Then.ToString().ToLowerInvariant()}");
        Add(metric.MayStandStill, $"still ok");
        return text.ToString();

        void Add(bool isSaid, FormattableString option)
        {
            if (isSaid)
            {
                text.Append(CultureInfo.InvariantCulture, $"; {option.ToString(CultureInfo.InvariantCulture)}");
            }
        }
    }

    /// <summary>All that is wrong with metrics that waves are to be judged by, each with what to write instead.</summary>
    internal static IEnumerable<string> Faults(IReadOnlyList<JudgedMetric> metrics)
    {
        if (metrics.Count > WaveJudging.MostMetrics)
        {
            yield return $"Waves can be judged by at most {WaveJudging.MostMetrics} metrics; there are {metrics.Count}.";
        }

        foreach (var metric in metrics)
        {
            var fault = !IsName(metric.Name) ? $"has letters, digits, - and _ in its name, at most {LongestName}."
                : metric.Of is not { Length: > 0 and <= LongestOf } ? $"has to name what is measured, in 1 to {LongestOf} characters."
                : metric.By is not (> 0 and <= 1e6) ? "takes 'by' from above 0 to 1000000; it is a share of the baseline's value, like 10%."
                : metric.From is not (>= 0 and <= 1e300) ? "takes 'from' from 0 on."
                : metric.Limit is { } limit && !double.IsFinite(limit) ? "takes a number as its limit."
                : metric.Source == MetricSource.Prometheus && !metric.Of.Contains("$nodes", StringComparison.Ordinal) && !metric.Of.Contains("$release", StringComparison.Ordinal)
                    ? "asks the same of both sides: write $nodes, like instance=~\"$nodes\", or $release where the sides are told apart."
                : metric.Source == MetricSource.Node && !Monitoring.MonitoredMetric.All.Any(one => one.Name == metric.Of && one.Scope == Monitoring.MetricScope.Node)
                    ? $"is none of a node's: '{metric.Of}'. There are: {string.Join(", ", Monitoring.MonitoredMetric.All.Where(one => one.Scope == Monitoring.MetricScope.Node).Select(one => one.Name))}."
                : null;
            if (fault is not null)
            {
                yield return $"The metric '{metric.Name}' {fault}";
            }
        }
    }

    private static JudgedMetric? Option(JudgedMetric metric, string text)
    {
        var words = text.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words is not [var option, var value] ? null : option.ToLowerInvariant() switch
        {
            "worse" when Name<MetricWorse>(value, out var worse) => metric with { Worse = worse },
            "by" when Number(value, out var by) => metric with { By = by },
            "from" when Number(value, out var from) => metric with { From = from },
            "limit" when Number(value, out var limit) => metric with { Limit = limit },
            "then" when Name<MetricThen>(value, out var then) => metric with { Then = then },
            "still" when value.Equals("ok", StringComparison.OrdinalIgnoreCase) => metric with { MayStandStill = true },
            _ => null,
        };
    }

    private static bool Number(string text, out double number)
    {
        var isPercent = text.EndsWith('%');
        var isNumber = double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
        number = isPercent ? number / 100 : number;
        return isNumber;
    }

    private static bool Name<T>(string text, out T value) where T : struct, Enum =>
        Enum.TryParse(text.Trim(), ignoreCase: true, out value) && Enum.GetNames<T>().Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex("^[A-Za-z0-9_-]{1,40}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
