using System.Globalization;
using System.Net;
using System.Text;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>Draws how a judgement came about, as SVG: for each wave the capital on its way to proof, and below it the bounds closing in. Pure.</summary>
public static class JudgementPicture
{
    private const int Width = 760;
    private const int Left = 70;
    private const int Height = 150;
    private const int Gap = 46;
    private const double LeastCapital = 0.01;
    private const double MostCapital = 1e6;
    private static readonly string[] s_colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

    /// <summary>Draws.</summary>
    /// <param name="file">What the upgrade was judged by.</param>
    /// <param name="waves">How it was judged.</param>
    public static string Draw(JudgementFile file, IReadOnlyList<JudgedWave> waves)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(waves);
        var drawn = waves.Where(wave => wave.Moments.Count > 0).ToList();
        var height = Gap + (drawn.Count * 2 * (Height + Gap));
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">");
        Add(svg, $"<title>How upgrade {Text(file.Upgrade)} was judged</title><rect width=\"{Width}\" height=\"{height}\" fill=\"white\"/>");
        var top = Gap;
        foreach (var wave in drawn)
        {
            Capital(svg, wave, top);
            Differences(svg, wave, top + Height + Gap);
            top += 2 * (Height + Gap);
        }

        return svg.Append("</svg>").AppendLine().ToString();
    }

    private static void Capital(StringBuilder svg, JudgedWave wave, int top)
    {
        double Y(double capital) => top + Height - (Height * (Math.Log10(Math.Clamp(capital, LeastCapital, MostCapital)) - Math.Log10(LeastCapital)) / (Math.Log10(MostCapital) - Math.Log10(LeastCapital)));

        var proof = wave.Moments[^1].Calls.Proof;
        Frame(svg, top, $"Wave {wave.Number + 1}, {wave.Wave.Name}: capital; {proof:0.#} is proof that it is worse");
        Rule(svg, Y(proof), "proof");
        Rule(svg, Y(1), "1");
        Lines(svg, wave, 0, moment => Y(moment.Calls.Capital));
    }

    private static void Differences(StringBuilder svg, JudgedWave wave, int top)
    {
        if (wave.Moments[^1].Calls.Methods is not [var leading, ..])
        {
            return;
        }

        // From half to four times as long: what lies beyond is at the edge.
        double Y(double times) => top + Height - (Height * (Math.Log2(Math.Clamp(times, 0.5, 4)) + 1) / 3);

        Frame(svg, top, $"{leading.Method}: between what the candidate's latency lies, in times the baseline's");
        Rule(svg, Y(1), "1");
        var quantiles = leading.Differences.Where(one => one.What != "failures").ToList();
        for (var i = 0; i < quantiles.Count; i++)
        {
            var what = quantiles[i].What;
            ComparedQuantity? Of(JudgedMoment moment) => moment.Calls.Methods.FirstOrDefault(one => one.Method == leading.Method)?.Differences.FirstOrDefault(one => one.What == what);
            Lines(svg, wave, i, moment => Y(Of(moment)?.Lowest ?? 0));
            Lines(svg, wave, i, moment => Y(Of(moment)?.Highest ?? double.PositiveInfinity));
            Add(svg, $"<text x=\"{Width - 130 + (i * 42)}\" y=\"{top - 6}\" fill=\"{s_colours[i % s_colours.Length]}\">{what}</text>");
        }
    }

    private static void Frame(StringBuilder svg, int top, FormattableString title)
    {
        Add(svg, $"<text x=\"{Left}\" y=\"{top - 6}\">{Text(title.ToString(CultureInfo.InvariantCulture))}</text>");
        Add(svg, $"<rect x=\"{Left}\" y=\"{top}\" width=\"{Width - Left - 10}\" height=\"{Height}\" fill=\"none\" stroke=\"#888\"/>");
    }

    private static void Rule(StringBuilder svg, double y, string name) =>
        Add(svg, $"<line x1=\"{Left}\" x2=\"{Width - 10}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{name}</text>");

    private static void Lines(StringBuilder svg, JudgedWave wave, int colour, Func<JudgedMoment, double> y)
    {
        var (first, last) = (wave.Moments[0].At, wave.Moments[^1].At);
        var points = wave.Moments.Select(moment =>
        {
            var x = Left + ((Width - Left - 10) * (last > first ? (moment.At - first) / (last - first) : 0.5));
            return string.Create(CultureInfo.InvariantCulture, $"{x:0.#},{y(moment):0.#}");
        });
        Add(svg, $"<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"{s_colours[colour % s_colours.Length]}\" points=\"{string.Join(' ', points)}\"/>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Add(StringBuilder svg, FormattableString element) => svg.AppendLine(element.ToString(CultureInfo.InvariantCulture));
}
