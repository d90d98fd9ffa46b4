using System.Globalization;
using System.Text;

namespace Theseus.JudgeBench.Plots;

/// <summary>A line of a plot.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Colour">Its colour, as SVG writes it.</param>
/// <param name="Points">Its points, from left to right.</param>
internal sealed record PlotLine(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Draws lines over a logarithmic or an even width, as SVG.</summary>
internal static class SvgPlot
{
    private const double Width = 760;
    private const double Height = 380;
    private const double Left = 70;
    private const double Right = 20;
    private const double Top = 40;
    private const double Bottom = 60;

    /// <summary>Draws.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="across">What is across.</param>
    /// <param name="up">What is upward.</param>
    /// <param name="x">The first and last value across, both above 0; the width is logarithmic.</param>
    /// <param name="highest">The highest value upward; the lowest is 0.</param>
    /// <param name="lines">The lines.</param>
    public static string Draw(string title, string across, string up, (double First, double Last) x, double highest, IReadOnlyList<PlotLine> lines)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height + 20 * lines.Count}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"22\" font-size=\"15\">{Escape(title)}</text>\n");
        for (var part = 0; part <= 5; part++)
        {
            var value = highest * part / 5;
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{value:0.##} %</text>\n");
        }

        for (var power = Math.Ceiling(Math.Log10(x.First)); power <= Math.Log10(x.Last) + 1e-9; power++)
        {
            var value = Math.Pow(10, power);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(value):F1}\" x2=\"{X(value):F1}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"#ddd\"/><text x=\"{X(value):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{value:#,0}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - Bottom + 38}\" text-anchor=\"middle\">{Escape(across)}</text>\n<text transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(up)}</text>\n");
        for (var line = 0; line < lines.Count; line++)
        {
            var (name, colour, points) = lines[line];
            var path = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):F1},{Y(point.Y):F1}")));
            var y = Height - 5 + 20 * line;
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n<line x1=\"{Left}\" x2=\"{Left + 26}\" y1=\"{y - 4}\" y2=\"{y - 4}\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{Left + 34}\" y=\"{y}\">{Escape(name)}</text>\n");
        }

        return svg.Append("</svg>\n").ToString();

        double X(double value) => Left + (Width - Left - Right) * Math.Log(Math.Clamp(value, x.First, x.Last) / x.First) / Math.Log(x.Last / x.First);

        double Y(double value) => Height - Bottom - (Height - Top - Bottom) * Math.Clamp(value / highest, 0, 1);
    }

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
