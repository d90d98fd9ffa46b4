using System.Globalization;
using Spectre.Console;
using Theseus.Demo.Report;

namespace Theseus.Demo.Screen;

/// <summary>Writes a report for people.</summary>
internal static class ReportTable
{
    public static void Write(IAnsiConsole console, DemoReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        foreach (var act in report.Acts)
        {
            table.AddColumn(new TableColumn($"{Markup.Escape(act.Name)}\n{act.Component} {act.From} -> {act.To}").RightAligned());
        }

        void Row(string name, Func<ActReport, string> cell) => table.AddRow([name, .. report.Acts.Select(cell)]);
        Row("strategy", act => $"{act.Strategy}, {act.Nodes} nodes");
        Row("outcome", act => act.AsExpected ? $"[green]{act.Outcome}[/]" : $"[red]{act.Outcome}[/]");
        Row("requests", act => Count(act.Requests));
        Row("failed", act => act.FailedCalls == 0 ? "[green]0[/]" : $"[red]{Count(act.FailedCalls)}[/]");
        Row("answered again by the stable version", act => Count(act.ShieldedCalls));
        Row("latency before, p50 / p99 / max (ms)", act => Latency(act.LatencyMs.Before));
        Row("latency during, p50 / p99 / max (ms)", act => Latency(act.LatencyMs.During));
        Row("latency after, p50 / p99 / max (ms)", act => Latency(act.LatencyMs.After));
        Row("critical section (ms)", act => Number(act.CriticalSectionMs));
        Row("drain (ms)", act => Number(act.DrainMs));
        Row("unload (ms)", act => act.OldGenerationGone ? Number(act.UnloadMs) : "[red]not gone[/]");
        if (report.Acts.Any(act => act.Takeover is not null))
        {
            Row("control plane killed / another went on after (s)", act => act.Takeover is { } takeover ? $"{takeover.Killed}, wave {takeover.Wave} / {Number(takeover.GoneOnAfterSeconds)}" : "");
        }

        Row("counts: answers / component", act => act.Counts is { } counts
            ? $"{Count(counts.GrantedByAnswers)} / {Count(counts.GrantedByComponent)} {(counts.AreIntact ? "[green]intact[/]" : "[red]differ[/]")}"
            : "");

        console.WriteLine();
        console.Write(table);
        console.MarkupLine(report.Ok
            ? $"[green]All went as it should:[/] {Count(report.Requests)} requests in {Number(report.DurationSeconds)} s, none failed."
            : $"[red]Not all went as it should:[/] {Count(report.Requests)} requests in {Number(report.DurationSeconds)} s, {Count(report.FailedCalls)} failed.");
        foreach (var failure in report.Failures)
        {
            console.MarkupLine($"  [red]{Markup.Escape(failure)}[/]");
        }

        foreach (var act in report.Acts.Where(act => !act.AsExpected))
        {
            console.MarkupLine($"  [red]{Markup.Escape(act.Name)}[/]: {act.Outcome}, expected {act.ExpectedOutcome}; {act.ServesNow} serves. {Markup.Escape(act.Detail)} {Markup.Escape(act.Retirement)}");
        }
    }

    private static string Latency(LatencySummary summary) => $"{Number(summary.P50)} / {Number(summary.P99)} / {Number(summary.Max)}";

    private static string Number(double? value) => value is { } number ? number.ToString("0.0###", CultureInfo.InvariantCulture) : "-";

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
