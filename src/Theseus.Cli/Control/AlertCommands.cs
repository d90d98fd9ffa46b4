using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Theseus.Control.Monitoring;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus alert list</c>, <c>show</c>, <c>acknowledge</c> and <c>rules</c>, and <c>theseus metric list</c> and <c>show</c>.</summary>
internal sealed class AlertCommands(TheseusCommand theseus)
{
    private readonly Argument<string> _id = new("id") { Description = "The alert's id." };

    public void AddTo(RootCommand root)
    {
        root.Subcommands.Add(new Command("alert", "Tell what is wrong in the fleet, and note who looks at it.") { List(), Show(), Acknowledge(), Rules() });
        root.Subcommands.Add(new Command("metric", "Tell how the fleet was over time.") { Metrics(), Series() });
    }

    private Command List()
    {
        var all = new Option<bool>("--all") { Description = "Those that were cleared too, as far as they are kept." };
        var command = new Command("list", "List the alerts that are not cleared, the newest first.") { all };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.GetAsync<Page<Alert>>(parsed.GetValue(all) ? "alerts" : "alerts?open=true", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
                return ExitCode.Done;
            }

            output.Table(["Id", "Severity", "State", "Since", "What"], answer.Value.Items.Select(one => (IReadOnlyList<string>)
            [
                one.Id, one.Severity.ToString(), State(one), Output.Time(one.RaisedAt), $"{one.Rule}: {one.Text}",
            ]));
            return ExitCode.Done;
        });
        return command;
    }

    private Command Show()
    {
        var command = new Command("show", "Tell where an alert stands.") { _id };
        theseus.OnControl(command, async (parsed, control, output, token) => Tell(await control.GetAsync<Alert>($"alerts/{Id(parsed)}", token).ConfigureAwait(false), output));
        return command;
    }

    private Command Acknowledge()
    {
        var why = new Option<string?>("--why") { Description = "What you have to say about it." };
        var command = new Command("acknowledge", "Note that you look at an alert.") { _id, why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var body = parsed.GetValue(why) is { } text ? new JsonObject { ["why"] = text } : [];
            return Tell(await control.PostAsync<Alert>($"alerts/{Id(parsed)}/acknowledge", body, token).ConfigureAwait(false), output);
        });
        return command;
    }

    private Command Rules()
    {
        var command = new Command("rules", "List what alerts are raised by.");
        theseus.OnControl(command, async (_, control, output, token) =>
        {
            var answer = await control.GetAsync<Page<AlertRule>>("alert-rules", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
                return ExitCode.Done;
            }

            output.Table(["Name", "Severity", "Raised when", "Means"], answer.Value.Items.Select(one => (IReadOnlyList<string>)
            [
                one.Name,
                one.Severity.ToString(),
                $"{one.Aggregate} of {one.Metric}{(one.Subject.Length > 0 ? $" of {one.Subject}" : "")} over {one.Window} is {one.Comparison.ToString().ToLowerInvariant()} {Number(one.Threshold)}{(one.RaiseAfter > TimeSpan.Zero ? $" for {one.RaiseAfter}" : "")}",
                one.Text,
            ]));
            return ExitCode.Done;
        });
        return command;
    }

    private Command Metrics()
    {
        var command = new Command("list", "List the metrics that the fleet is monitored by.");
        theseus.OnControl(command, async (_, control, output, token) =>
        {
            var answer = await control.GetAsync<Page<MonitoredMetricView>>("monitor", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
                return ExitCode.Done;
            }

            output.Table(["Metric", "Unit", "Meaning", "Known of"], answer.Value.Items.Select(one => (IReadOnlyList<string>)
            [
                one.Name, one.Unit, one.Meaning, one.Scope == MetricScope.Fleet ? "the fleet" : string.Join(", ", one.Subjects),
            ]));
            return ExitCode.Done;
        });
        return command;
    }

    private Command Series()
    {
        var metric = new Argument<string>("metric") { Description = "The metric's name." };
        var of = new Option<string?>("--of") { Description = "The node, component or upgrade that it is of. Without it, of the fleet.", HelpName = "NAME" };
        var window = new Option<int>("--window") { Description = "How far back, in seconds.", HelpName = "SECONDS", DefaultValueFactory = static _ => 300 };
        var command = new Command("show", "Tell what a metric was over time.") { metric, of, window };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var subject = parsed.GetValue(of) is { } name ? $"&subject={Uri.EscapeDataString(name)}" : "";
            var answer = await control.GetAsync<MetricSeries>($"monitor/{Uri.EscapeDataString(parsed.GetRequiredValue(metric))}?seconds={parsed.GetValue(window).ToString(CultureInfo.InvariantCulture)}{subject}", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
                return ExitCode.Done;
            }

            output.Table(["At", $"{answer.Value.Metric} ({answer.Value.Unit})"], answer.Value.Points.Select(one => (IReadOnlyList<string>)[Output.Time(one.At), Number(one.Value)]));
            return ExitCode.Done;
        });
        return command;
    }

    private static int Tell(ControlAnswer<Alert> answer, Output output)
    {
        if (output.IsJson)
        {
            output.Raw(answer.Json);
            return ExitCode.Done;
        }

        var alert = answer.Value;
        output.Line($"{alert.Id}: {alert.Rule}, {alert.Severity}, {State(alert)}, raised at {Output.Time(alert.RaisedAt)}");
        output.Line(alert.Text);
        if (alert.Note.Length > 0)
        {
            output.Line(alert.Note);
        }

        return ExitCode.Done;
    }

    private static string State(Alert alert) => alert.State switch
    {
        AlertState.Acknowledged => $"acknowledged by {alert.AcknowledgedBy}",
        AlertState.Cleared => $"cleared: {alert.ClearedBy}",
        _ => "raised",
    };

    private string Id(ParseResult parsed) => Uri.EscapeDataString(parsed.GetRequiredValue(_id));

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
