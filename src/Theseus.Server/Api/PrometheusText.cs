using System.Globalization;
using System.Text;

namespace Theseus.Server.Api;

/// <summary>
/// Writes metrics as Prometheus reads them: the text format, version 0.0.4. Names and helps are ours and not checked; values
/// of labels are anybody's and escaped. Not thread-safe.
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>The media type.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string _family = "";

    /// <summary>Begins a family of samples.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type"><c>gauge</c>, <c>counter</c> or <c>histogram</c>.</param>
    /// <param name="help">What it says.</param>
    public PrometheusText Family(string name, string type, string help)
    {
        _family = name;
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    /// <summary>A sample of the family that was begun last.</summary>
    public PrometheusText Sample(double value, params ReadOnlySpan<(string Name, string Value)> labels) => Sample("", value, labels);

    /// <summary>The samples of a histogram.</summary>
    /// <param name="buckets">Upper bounds, rising, and how many values are not above each.</param>
    /// <param name="sum">The sum of the values.</param>
    /// <param name="count">How many values there are.</param>
    /// <param name="labels">Its labels.</param>
    public PrometheusText Histogram(IEnumerable<(double Bound, long AtMost)> buckets, double sum, long count, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        Span<(string, string)> withBound = new (string, string)[labels.Length + 1];
        labels.CopyTo(withBound);
        foreach (var (bound, atMost) in buckets)
        {
            withBound[^1] = ("le", Number(bound));
            Sample("_bucket", atMost, withBound);
        }

        withBound[^1] = ("le", "+Inf");
        Sample("_bucket", count, withBound);
        Sample("_sum", sum, labels);
        return Sample("_count", count, labels);
    }

    public override string ToString() => _text.ToString();

    private PrometheusText Sample(string suffix, double value, ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(_family).Append(suffix);
        for (var index = 0; index < labels.Length; index++)
        {
            _text.Append(index == 0 ? '{' : ',').Append(labels[index].Name).Append("=\"");
            foreach (var letter in labels[index].Value)
            {
                _ = letter switch
                {
                    '\\' => _text.Append(@"\\"),
                    '"' => _text.Append("\\\""),
                    '\n' => _text.Append(@"\n"),
                    _ => _text.Append(letter),
                };
            }

            _text.Append('"');
        }

        if (labels.Length > 0)
        {
            _text.Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
        return this;
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
