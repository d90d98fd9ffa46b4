using System.CommandLine;
using System.Text.Json.Nodes;
using Theseus.Control;

namespace Theseus.Cli.Control;

/// <summary><c>theseus component set</c>.</summary>
internal sealed class ComponentSetCommand
{
    private readonly Argument<string> _name = new("component") { Description = "The component." };
    private readonly Option<Criticality?> _criticality = new("--criticality") { Description = "How much depends on it." };
    private readonly Option<string[]> _labels = ControlOptions.Labels("A label, like team=web; may be given again.");
    private readonly Option<string[]> _unlabelled = new("--unlabel") { Description = "A label to remove; may be given again.", HelpName = "KEY", DefaultValueFactory = static _ => [] };
    private readonly Option<bool?> _isHotSwappable = new("--hot-swappable") { Description = "Whether it may be replaced while its hosts run.", HelpName = "true|false" };
    private readonly Option<string?> _pin = new("--pin") { Description = "The versions that it is held to, like [1.0.0,2.0.0).", HelpName = "RANGE" };
    private readonly Option<bool> _unpin = new("--unpin") { Description = "Hold it to no versions any longer." };
    private readonly Option<string[]> _block = new("--block") { Description = "Versions that must not run, like [1.5.0]; may be given again.", HelpName = "RANGE", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _unblock = new("--unblock") { Description = "A range that was blocked, to let it run again; may be given again.", HelpName = "RANGE", DefaultValueFactory = static _ => [] };
    private readonly Option<string> _why = new("--why") { Description = "Why, for the record.", DefaultValueFactory = static _ => "" };

    public Command Make(TheseusCommand theseus)
    {
        var command = new Command("set", "Change what is settled for a component; what is not named stays as it is.") { _name, _criticality, _labels, _unlabelled, _isHotSwappable, _pin, _unpin, _block, _unblock, _why };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_unpin) && result.GetValue(_pin) is not null)
            {
                result.AddError("Give --pin or --unpin, not both.");
            }

            if (new Option[] { _criticality, _labels, _unlabelled, _isHotSwappable, _pin, _unpin, _block, _unblock }.All(option => result.GetResult(option) is null or { Implicit: true }))
            {
                result.AddError("Say what to change: see --help.");
            }
        });
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.PatchAsync<ComponentDescriptor>($"components/{Uri.EscapeDataString(parsed.GetRequiredValue(_name))}", Read(parsed), token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
                return ExitCode.Done;
            }

            var component = answer.Value;
            output.Table(
                ["Component", component.Name],
                [
                    ["criticality", component.Criticality.ToString()],
                    ["labels", string.Join(", ", component.Labels.Select(label => $"{label.Key}={label.Value}"))],
                    ["may be replaced while its hosts run", component.IsHotSwappable ? "yes" : "no"],
                    ["held to", component.Pinned?.ToNormalizedString() ?? "no versions"],
                    ["blocked", string.Join(", ", component.Blocked.Select(range => range.ToNormalizedString()))],
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private JsonObject Read(ParseResult parsed)
    {
        var body = new JsonObject { ["why"] = parsed.GetValue(_why) };
        if (parsed.GetValue(_criticality) is { } criticality)
        {
            body["criticality"] = criticality.ToString();
        }

        var labels = new JsonObject();
        foreach (var key in parsed.GetValue(_unlabelled) ?? [])
        {
            labels[key] = null;
        }

        body["labels"] = ControlOptions.Write(parsed.GetValue(_labels), labels);
        if (parsed.GetValue(_isHotSwappable) is { } isHotSwappable)
        {
            body["isHotSwappable"] = isHotSwappable;
        }

        if (parsed.GetValue(_pin) is { } pin)
        {
            body["pinned"] = pin;
        }
        else if (parsed.GetValue(_unpin))
        {
            body["pinned"] = null;
        }

        body["block"] = Texts(parsed.GetValue(_block));
        body["unblock"] = Texts(parsed.GetValue(_unblock));
        return body;
    }

    private static JsonArray Texts(string[]? texts) => [.. (texts ?? []).Select(text => (JsonNode)text)];
}
