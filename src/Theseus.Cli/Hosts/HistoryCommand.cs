using System.CommandLine;
using System.Globalization;
using Theseus.Cli.Control;
using Theseus.Runtime;
using Theseus.Runtime.Operating;

namespace Theseus.Cli.Hosts;

/// <summary><c>theseus history</c>.</summary>
internal sealed class HistoryCommand(TheseusCommand theseus)
{
    private readonly Argument<string?> _component = new("component") { Description = "The component of a host on this machine; without one, the upgrades of the control plane are told.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int> _newest = new("--newest", "-n") { Description = "How many records at most, from 1 to 1000.", DefaultValueFactory = static _ => 20, HelpName = "COUNT" };

    public void AddTo(RootCommand root)
    {
        _newest.CustomParser = static result =>
        {
            if (int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1000)
            {
                return count;
            }

            result.AddError("--newest takes a number from 1 to 1000.");
            return 0;
        };
        var command = new Command("history", "Tell how a component's swaps went on a host, or upgrades on a fleet, the newest first.") { _component, _newest };
        theseus.OnHostOrControl(
            command,
            parsed => parsed.GetValue(_component) is null,
            HistoryAsync,
            (parsed, control, output, token) => UpgradeCommands.ListAsync(control, output, Math.Min(parsed.GetValue(_newest), 500), "", token));
        root.Subcommands.Add(command);
    }

    private async Task<int> HistoryAsync(ParseResult parsed, OperatorClient host, Output output, CancellationToken cancellationToken)
    {
        var component = parsed.GetValue(_component)!;
        var records = await host.GetHistoryAsync(component, parsed.GetValue(_newest), cancellationToken).ConfigureAwait(false);
        if (output.IsJson)
        {
            output.Json(records, CliJson.Plain.IReadOnlyListSwapRecord);
        }
        else if (records.Count == 0)
        {
            output.Line($"No swap of {component} is on record.");
        }
        else
        {
            output.Table(
                ["Began", "From", "To", "Outcome", "Why", "Verdict", "Last step", "Held", "Detail"],
                records.Select(static one => (IReadOnlyList<string>)
                [
                    Output.Time(one.StartedAt),
                    one.From?.Version ?? "",
                    one.To.Version,
                    one.Outcome ?? "going on",
                    one.Reason ?? "",
                    one.Verdict is { } verdict ? $"{verdict.Kind}, {verdict.Rule}" : "",
                    one.Step,
                    Output.Duration(one.CriticalSection),
                    Words(one),
                ]));
        }

        return ExitCode.Done;
    }

    private static string Words(SwapRecord one)
    {
        // Where the verdict decided, the detail says what it said.
        var verdict = one.Verdict is { Detail: { } said } && one.Detail?.Contains(said, StringComparison.Ordinal) is not true ? said : null;
        return string.Join(" ", new[] { one.Detail, verdict, one.LostState }.OfType<string>().Concat(one.Notes));
    }
}
