using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Theseus.Control;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus stop-the-line</c>, <c>restart-the-line</c> and <c>emergency-rollback</c>.</summary>
internal sealed class LineCommands(TheseusCommand theseus)
{
    private readonly Option<string> _why = new("--why") { Description = "Why, for the record and for whoever is refused.", Required = true };

    public void AddTo(RootCommand root)
    {
        var stop = new Command("stop-the-line", "Pause every upgrade that goes forward, and let none begin. Those that go back go on.") { _why };
        theseus.OnControl(stop, async (parsed, control, output, token) =>
        {
            var answer = await control.PostAsync<LineStopped>("line/stop", Body(parsed), token).ConfigureAwait(false);
            return Done(answer, output, answer.Value.Paused.Count == 0 ? "The line is stopped. No upgrade was going forward." : $"The line is stopped. Paused: {string.Join(", ", answer.Value.Paused)}.");
        });
        root.Subcommands.Add(stop);

        var restart = new Command("restart-the-line", "Let upgrades begin again. What was paused stays so until it is resumed.") { _why };
        theseus.OnControl(restart, async (parsed, control, output, token) =>
            Done(await control.PostAsync<LineStatus>("line/restart", Body(parsed), token).ConfigureAwait(false), output, "The line runs. What was paused stays so until it is resumed."));
        root.Subcommands.Add(restart);

        var components = new Argument<string[]>("component") { Description = "The components.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All components that there is a way back for." };
        var key = new Option<string?>("--key") { Description = "Names the order: given again with the same key, it is answered as before.", HelpName = "KEY" };
        var emergency = new Command("emergency-rollback", "Bring components back at once: upgrades that run go back, the others go back to before their last one. Works while the line is stopped.") { components, all, _why, key };
        emergency.Validators.Add(result =>
        {
            if (result.GetValue(components) is { Length: > 0 } == result.GetValue(all))
            {
                result.AddError("Name the components, or say --all.");
            }
        });
        theseus.OnControl(emergency, async (parsed, control, output, token) =>
        {
            var body = Body(parsed);
            if (parsed.GetValue(all))
            {
                body["all"] = true;
            }
            else
            {
                body["components"] = new JsonArray([.. parsed.GetRequiredValue(components).Select(name => (JsonNode)name)]);
            }

            var answer = await control.PostAsync<EmergencyView>("emergency-rollback", body, token, parsed.GetValue(key)).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                output.Table(["Component", "", "Upgrade", "Detail"], answer.Value.Outcomes.Select(one => (IReadOnlyList<string>)[one.Component, one.Action == EmergencyAction.GoesBack ? "goes back" : "refused", one.Upgrade, one.Detail]));
            }

            return answer.Value.Outcomes.All(one => one.Action == EmergencyAction.GoesBack) ? ExitCode.Done : ExitCode.Refused;
        });
        root.Subcommands.Add(emergency);
    }

    private JsonObject Body(ParseResult parsed) => new() { ["why"] = parsed.GetRequiredValue(_why) };

    private static int Done<T>(ControlAnswer<T> answer, Output output, string sentence)
    {
        if (output.IsJson)
        {
            output.Raw(answer.Json);
        }
        else
        {
            output.Line(sentence, new(Color.Green));
        }

        return ExitCode.Done;
    }
}
