using System.Globalization;
using Spectre.Console;
using Theseus.Demo.Acts;
using Theseus.Demo.Fleet;
using Theseus.Demo.Report;

namespace Theseus.Demo.Screen;

/// <summary>
/// Writes a line for each event. On a terminal, a status line below them lives: what is going on, and the load's figures.
/// </summary>
/// <param name="console">Where to write.</param>
internal sealed class ConsoleScreen(IAnsiConsole console) : IScreen
{
    private readonly Lock _lock = new();
    private StatusContext? _status;
    private string _doing = "Starting";

    /// <summary>Shows the status line, on a terminal, while something runs.</summary>
    public async Task<TResult> WhileAsync<TResult>(Func<Task<TResult>> run)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            return await run();
        }

        return await console.Status().StartAsync(_doing, async status =>
        {
            lock (_lock)
            {
                _status = status;
            }

            try
            {
                return await run();
            }
            finally
            {
                lock (_lock)
                {
                    _status = null;
                }
            }
        });
    }

    public void FleetStarts(string parts) => Write($"Starting {Markup.Escape(parts)} ...");

    public void PartRuns(FleetPart part) => Write($"  [grey]{Markup.Escape($"{part.Name,-9} process {part.Process,-8} {part.Address}")}[/]");

    public void ServiceStarted(IReadOnlyList<Uri> nodes, int rate) =>
        Write($"A service of [blue]{nodes.Count}[/] nodes on [blue]{Markup.Escape(nodes[0].Host)}[/], ports {string.Join(", ", nodes.Select(node => node.Port))}, is asked [blue]{rate}[/] times a second.");

    public void ActBegins(int number, Act act)
    {
        Write("");
        Write($"[bold]Act {number}: {Markup.Escape(act.Name)}[/]  {act.Component} {act.From} -> {act.To}");
        Write($"  {Markup.Escape(act.Story)}");
    }

    public void Measures(string when) => Doing($"measuring {when}");

    public void Step(string step, bool isEnd)
    {
        Doing(step);
        if (!isEnd)
        {
            Write($"  [grey]{Markup.Escape(step)} ...[/]");
        }
    }

    public void Load(long requests, long failed, long pending)
    {
        lock (_lock)
        {
            if (_status is { } status)
            {
                var failures = failed == 0 ? "[green]0 failed[/]" : $"[red]{failed} failed[/]";
                status.Status($"{_doing}  |  {requests.ToString("N0", CultureInfo.InvariantCulture)} requests, {failures}, {pending} under way");
            }
        }
    }

    public void ActEnded(ActReport report)
    {
        Doing("between acts");
        var colour = report.AsExpected ? "green" : "red";
        Write($"  [{colour}]{report.Outcome}[/]: {report.Component} {report.ServesNow} serves. {Markup.Escape(report.Detail)}".TrimEnd());
        Write($"  [grey]{Markup.Escape(report.Retirement)}[/]");
    }

    private void Doing(string what)
    {
        lock (_lock)
        {
            _doing = what;
        }
    }

    private void Write(string markup)
    {
        lock (_lock)
        {
            console.MarkupLine(markup);
        }
    }
}
