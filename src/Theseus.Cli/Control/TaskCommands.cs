using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Theseus.Control.Distribution;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus task start</c>, <c>show</c>, <c>list</c>, <c>dead-letters</c>, <c>statistics</c>, <c>cancel</c> and <c>requeue</c>.</summary>
internal sealed class TaskCommands(TheseusCommand theseus)
{
    private readonly Argument<string> _id = new("id") { Description = "The task's id." };

    public void AddTo(RootCommand root) => root.Subcommands.Add(new Command("task", "Have nodes do tasks, and tell what became of them.")
    {
        Start(),
        Show(),
        List(),
        DeadLetters(),
        Statistics(),
        Order("cancel", "End a task that is not wanted any more. A node that has it is told."),
        Order("requeue", "Have a dead letter tried anew."),
    });

    private Command Start()
    {
        var request = new TaskRequestOptions();
        var key = new Option<string?>("--key") { Description = "Names the request: asked for again with the same key, it is the same task.", HelpName = "KEY" };
        var command = new Command("start", "Have a task done by some node that has a handler for it.");
        request.AddTo(command);
        command.Options.Add(key);
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var body = await request.ReadAsync(parsed, token).ConfigureAwait(false);
            return Tell(await control.PostAsync<DistributedTask>("tasks", body, token, parsed.GetValue(key)).ConfigureAwait(false), output);
        });
        return command;
    }

    private Command Show()
    {
        var command = new Command("show", "Tell where a task stands.") { _id };
        theseus.OnControl(command, async (parsed, control, output, token) => Tell(await control.GetAsync<DistributedTask>($"tasks/{Id(parsed)}", token).ConfigureAwait(false), output));
        return command;
    }

    private Command List()
    {
        var state = new Option<TaskState?>("--state") { Description = "Only those in this state." };
        var kind = new Option<string?>("--kind") { Description = "Only those of this kind." };
        var node = new Option<string?>("--node") { Description = "Only those whose newest attempt is this node's." };
        var (newest, before) = (ControlOptions.Newest(), Before());
        var command = new Command("list", "List tasks, the newest first.") { state, kind, node, newest, before };
        theseus.OnControl(command, (parsed, control, output, token) => ListAsync(
            control, output, "tasks", Part(parsed, newest, before) + Query("state", parsed.GetValue(state)?.ToString()) + Query("kind", parsed.GetValue(kind)) + Query("node", parsed.GetValue(node)), token));
        return command;
    }

    private Command DeadLetters()
    {
        var (newest, before) = (ControlOptions.Newest(), Before());
        var command = new Command("dead-letters", "List the tasks whose attempts all failed, or that nobody is left for, the newest first.") { newest, before };
        theseus.OnControl(command, (parsed, control, output, token) => ListAsync(control, output, "tasks/dead-letters", Part(parsed, newest, before), token));
        return command;
    }

    private Command Statistics()
    {
        var command = new Command("statistics", "Tell how many tasks there were, where they stand, and which node has how many.");
        theseus.OnControl(command, async (_, control, output, token) =>
        {
            var answer = await control.GetAsync<TaskStatistics>("tasks/statistics", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
                return ExitCode.Done;
            }

            output.Table(["Kind", "State", "Tasks"], answer.Value.ByKind.Select(one => (IReadOnlyList<string>)[one.Kind, one.State.ToString(), Text(one.Count)]));
            output.Table(["Node", "State", "Has", "May have"], answer.Value.Nodes.Select(one => (IReadOnlyList<string>)[one.Name, one.State + (one.IsDraining ? ", draining" : ""), Text(one.Assigned), Text(one.Slots)]));
            output.Table(["Upgrades' node tasks", "Sent", "Done", "Failed"], answer.Value.NodeTasks.Select(one => (IReadOnlyList<string>)[one.Kind, Text(one.Sent), Text(one.Done), Text(one.Failed)]));
            output.Line($"{Text(answer.Value.Total)} distributed tasks in all.");
            return ExitCode.Done;
        });
        return command;
    }

    private Command Order(string order, string what)
    {
        var why = new Option<string?>("--why") { Description = "Why, for the record." };
        var command = new Command(order, what) { _id, why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var body = parsed.GetValue(why) is { } text ? new JsonObject { ["why"] = text } : [];
            return Tell(await control.PostAsync<DistributedTask>($"tasks/{Id(parsed)}/{order}", body, token).ConfigureAwait(false), output);
        });
        return command;
    }

    private static async Task<int> ListAsync(ControlClient control, Output output, string path, string query, CancellationToken token)
    {
        var answer = await control.GetAsync<Page<DistributedTask>>(path + query, token).ConfigureAwait(false);
        if (output.IsJson)
        {
            output.Raw(answer.Json);
            return ExitCode.Done;
        }

        output.Table(["Number", "Id", "Kind", "State", "Node", "Attempt", "Asked for", "What happened last"], answer.Value.Items.Select(one => (IReadOnlyList<string>)
        [
            Text(one.Number), one.Id, one.Request.Kind, one.State.ToString(), one.Node ?? "", Text(one.Attempt), $"{Output.Time(one.RequestedAt)} by {one.Request.RequestedBy}", one.Detail,
        ]));
        return ExitCode.Done;
    }

    private static int Tell(ControlAnswer<DistributedTask> answer, Output output)
    {
        if (output.IsJson)
        {
            output.Raw(answer.Json);
            return ExitCode.Done;
        }

        var task = answer.Value;
        output.Line($"Task {task.Id}: {task.Request.Kind}, asked for by {task.Request.RequestedBy} at {Output.Time(task.RequestedAt)}.");
        output.Line(
            $"{task.State}{(task.Node is null ? "" : $", attempt {Text(task.Attempt)} on {task.Node}")}{(task.Detail.Length > 0 ? $": {task.Detail}" : ".")}",
            new(task.State is TaskState.Completed ? Color.Green : task.State is TaskState.DeadLetter or TaskState.Expired ? Color.Red : Color.Default));
        if (task.Result.Length > 0)
        {
            output.Raw(task.Result);
        }

        return ExitCode.Done;
    }

    private string Id(ParseResult parsed) => Uri.EscapeDataString(parsed.GetRequiredValue(_id));

    private static Option<long?> Before() => new("--before") { Description = "Only tasks with a lower number.", HelpName = "NUMBER" };

    private static string Part(ParseResult parsed, Option<int> newest, Option<long?> before) =>
        $"?count={Text(parsed.GetValue(newest))}" + (parsed.GetValue(before) is { } number ? $"&before={Text(number)}" : "");

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
