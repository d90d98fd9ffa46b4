using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Theseus.Control.Distribution;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus node list</c>, <c>add</c>, <c>drain</c>, <c>undrain</c> and <c>remove</c>.</summary>
internal sealed class NodeCommands(TheseusCommand theseus)
{
    private readonly Argument<string> _name = new("node") { Description = "The node." };
    private readonly Option<string?> _why = new("--why") { Description = "Why, for the record." };

    public void AddTo(RootCommand root)
    {
        root.Subcommands.Add(new Command("node", "Tell what nodes a fleet has, take them out of use, and let them in again.")
        {
            List("list"),
            Add(),
            Order("drain", "Have nothing new begun on a node: upgrades are planned without it. What runs there goes on.", "drains"),
            Order("undrain", "Let things be begun on a node again. What it missed of upgrades is made up for.", "is open again"),
            Remove(),
        });
        root.Subcommands.Add(List("nodes"));
    }

    private Command List(string name)
    {
        var command = new Command(name, "List the nodes: whether each can be counted on, and what it serves.");
        theseus.OnControl(command, async (_, control, output, token) =>
        {
            var answer = await control.GetAsync<Page<NodeStatus>>("nodes", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                output.Table(["Node", "State", "Heard of", "Domain", "Component", "Serves", "On trial", "Staged", "Not gone"], answer.Value.Items.SelectMany(Rows));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A row for each of its components, or one without.</summary>
    private static IEnumerable<IReadOnlyList<string>> Rows(NodeStatus node)
    {
        string[] about = [node.Name, node.State + (node.IsDraining ? ", draining" : ""), node.JoinedAt is null ? "never" : Output.Time(node.HeardAt), node.FailureDomain];
        return node.Report is not { Components.Count: > 0 } report
            ? [[.. about, "", "", "", "", ""]]
            : report.Components.Select(one => (IReadOnlyList<string>)
            [
                .. about,
                one.Component,
                one.Confirmed?.Version ?? "",
                one.Trial is { } trial ? string.Create(CultureInfo.InvariantCulture, $"{trial.Release}, {trial.Share:0.##%}") : "",
                one.Staged?.Version ?? "",
                one.Lingering.Count == 0 ? "" : one.Lingering.Count.ToString(CultureInfo.InvariantCulture),
            ]);
    }

    private Command Add()
    {
        var domain = new Option<string?>("--domain") { Description = "The failure domain that it will stand in." };
        var labels = ControlOptions.Labels("What it will be, like line=7; may be given again.");
        var command = new Command("add", "Declare a node before a process joins under its name.") { _name, domain, labels, _why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var body = new JsonObject { ["name"] = parsed.GetRequiredValue(_name), ["labels"] = ControlOptions.Write(parsed.GetValue(labels)) };
            foreach (var (member, text) in new[] { ("failureDomain", parsed.GetValue(domain)), ("why", parsed.GetValue(_why)) })
            {
                if (text is not null)
                {
                    body[member] = text;
                }
            }

            return Done(await control.PostAsync<NodeStatus>("nodes", body, token).ConfigureAwait(false), output, "is known");
        });
        return command;
    }

    private Command Order(string order, string what, string done)
    {
        var command = new Command(order, what) { _name, _why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var body = parsed.GetValue(_why) is { } why ? new JsonObject { ["why"] = why } : [];
            return Done(await control.PostAsync<NodeStatus>($"nodes/{Name(parsed)}/{order}", body, token).ConfigureAwait(false), output, done);
        });
        return command;
    }

    private Command Remove()
    {
        var force = new Option<bool>("--force") { Description = "Remove it however it stands. Without, only a node that drains, is lost or has left." };
        var command = new Command("remove", "Remove a node. A process that still goes by its name is no node any more; one that is started later joins as any other.") { _name, force, _why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var query = $"?force={(parsed.GetValue(force) ? "true" : "false")}" + (parsed.GetValue(_why) is { } why ? $"&why={Uri.EscapeDataString(why)}" : "");
            return Done(await control.DeleteAsync<NodeStatus>($"nodes/{Name(parsed)}{query}", token).ConfigureAwait(false), output, "is removed");
        });
        return command;
    }

    private string Name(ParseResult parsed) => Uri.EscapeDataString(parsed.GetRequiredValue(_name));

    private static int Done(ControlAnswer<NodeStatus> answer, Output output, string done)
    {
        if (output.IsJson)
        {
            output.Raw(answer.Json);
        }
        else
        {
            output.Line($"Node '{answer.Value.Name}' {done}.", new(Color.Green));
        }

        return ExitCode.Done;
    }
}
