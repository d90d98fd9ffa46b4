using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Theseus.Control.Audit;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus audit list</c> and <c>verify</c>.</summary>
internal sealed class AuditCommands(TheseusCommand theseus)
{
    public void AddTo(RootCommand root) => root.Subcommands.Add(new Command("audit", "Read the record of all that was changed, and see that nobody has changed it.") { List(), Verify() });

    private Command List()
    {
        var newest = ControlOptions.Newest();
        var subject = new Option<string?>("--subject") { Description = "Only of one subject: an upgrade's id, or 'line'." };
        var before = new Option<long?>("--before") { Description = "Only records with a lower number.", HelpName = "NUMBER" };
        var command = new Command("list", "List the records, the newest first.") { newest, subject, before };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"audit?count={parsed.GetValue(newest)}");
            query += parsed.GetValue(subject) is { } one ? $"&subject={Uri.EscapeDataString(one)}" : "";
            query += parsed.GetValue(before) is { } number ? string.Create(CultureInfo.InvariantCulture, $"&before={number}") : "";
            var answer = await control.GetAsync<Page<AuditRecord>>(query, token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                output.Table(
                    ["Number", "When", "Who", "Subject", "From", "To", "Why", "Evidence"],
                    answer.Value.Items.Select(record => (IReadOnlyList<string>)
                    [
                        record.Sequence.ToString(CultureInfo.InvariantCulture),
                        Output.Time(record.Entry.At),
                        record.Entry.Who,
                        record.Entry.Subject,
                        record.Entry.From,
                        record.Entry.To,
                        record.Entry.Why,
                        record.Entry.Evidence,
                    ]));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private Command Verify()
    {
        var known = new Option<string?>("--known-hash") { Description = "A hash that an earlier verification told, kept elsewhere: finds a record that was written anew as a whole." };
        var command = new Command("verify", "Find records that were changed, removed, added or put elsewhere.") { known };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var query = parsed.GetValue(known) is { } hash ? $"?knownHash={Uri.EscapeDataString(hash)}" : "";
            var answer = await control.GetAsync<AuditVerification>($"audit/verify{query}", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                foreach (var problem in answer.Value.Problems)
                {
                    output.Line(problem, new(Color.Red));
                }

                output.Line(
                    answer.Value.Problems.Count == 0
                        ? string.Create(CultureInfo.InvariantCulture, $"{answer.Value.Records} records, whole. The newest one's hash, to be kept elsewhere: {answer.Value.Hash}")
                        : "The record is not what was written.",
                    new(answer.Value.Problems.Count == 0 ? Color.Green : Color.Red));
            }

            return answer.Value.Problems.Count == 0 ? ExitCode.Done : ExitCode.AuditBroken;
        });
        return command;
    }
}
