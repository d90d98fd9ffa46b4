using System.Text;

namespace Theseus.LoadBench;

/// <summary>What a bench measured, beside what was to be reached.</summary>
/// <param name="title">The heading.</param>
/// <param name="method">How it was measured.</param>
/// <param name="project">The project that the bench is in.</param>
internal sealed class BenchReport(string title, string method, string project = "Theseus.LoadBench")
{
    private readonly List<(string What, string Target, string Measured, bool? IsReached)> _targets = [];
    private readonly StringBuilder _details = new();

    /// <summary>Whether every target was reached.</summary>
    public bool IsReached => _targets.All(one => one.IsReached != false);

    /// <summary>Adds a figure.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="target">What was to be reached.</param>
    /// <param name="measured">What was measured.</param>
    /// <param name="isReached">Whether it was; null for a figure that is only reported.</param>
    public void Target(string what, string target, string measured, bool? isReached) => _targets.Add((what, target, measured, isReached));

    /// <summary>Adds a table below the targets.</summary>
    public void Table(string heading, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        _details.Append($"\n## {heading}\n\n| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select((_, i) => i == 0 ? " --- |" : " ---: |"))}\n");
        foreach (var row in rows)
        {
            _details.Append($"| {string.Join(" | ", row)} |\n");
        }
    }

    /// <summary>Adds a picture that lies beside the report.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="file">The file's name.</param>
    public void Picture(string caption, string file) => _details.Append($"\n![{caption}]({file})\n");

    public string ToMarkdown(string command, string machine)
    {
        var text = new StringBuilder();
        text.Append($"# {title}\n\n```\ndotnet run -c Release --project bench/{project} -- {command}\n```\n\n{machine}\n{method.Trim()}\n\n");
        text.Append("| what | to reach | measured | |\n| --- | ---: | ---: | --- |\n");
        foreach (var (what, target, measured, isReached) in _targets)
        {
            text.Append($"| {what} | {target} | {measured} | {isReached switch { true => "REACHED", false => "**MISSED**", null => "" }} |\n");
        }

        return text.Append(_details).ToString();
    }
}
