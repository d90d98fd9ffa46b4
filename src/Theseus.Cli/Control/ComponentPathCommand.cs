using System.CommandLine;
using Spectre.Console;
using Theseus.Packaging;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus component path</c>.</summary>
internal sealed class ComponentPathCommand
{
    private readonly Argument<string> _name = new("component") { Description = "The component." };
    private readonly Argument<string> _version = new("version") { Description = "The version to get to." };

    public Command Make(TheseusCommand theseus)
    {
        var command = new Command("path", "Tell by which upgrades a component gets from the release that serves to another, and back.") { _name, _version };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.GetAsync<ComponentPath>(
                $"components/{Uri.EscapeDataString(parsed.GetRequiredValue(_name))}/path?to={Uri.EscapeDataString(parsed.GetRequiredValue(_version))}", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                Show(answer.Value, output);
            }

            return answer.Value.There.Steps is null ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }

    private static void Show(ComponentPath path, Output output)
    {
        var rows = Rows("there", path.There).Concat(Rows("back", path.Back)).ToList();
        if (rows.Count > 0)
        {
            output.Table(["Way", "From", "To", "State", "Can be taken back"], rows);
        }
        else if (path.There.Steps is not null)
        {
            output.Line($"{path.To} serves already.");
        }

        Tell($"There is no way to {path.To}.", path.There, output, Color.Red);
        Tell($"There is no way back to {path.From}.", path.Back, output, Color.Yellow);
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(string way, ComponentWay? found) =>
        (found?.Steps ?? []).Select(step => (IReadOnlyList<string>)
        [
            way,
            step.From ?? "nothing",
            step.To,
            (step.Schemas, step.State) switch
            {
                ({ Count: > 1 }, _) => $"schema {string.Join(" -> ", step.Schemas)}",
                (_, StateKind.None) => "none",
                _ => "kept as it is",
            },
            step.IsReversible ? "yes" : $"no: {string.Join(" ", step.WhyIrreversible)}",
        ]);

    private static void Tell(string what, ComponentWay? found, Output output, Color color)
    {
        if (found is { Steps: null })
        {
            output.Line(what, new(color));
            foreach (var reason in found.WhyNot)
            {
                output.Line(reason, new(color));
            }
        }
    }
}
