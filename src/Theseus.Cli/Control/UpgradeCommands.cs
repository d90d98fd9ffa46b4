using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Theseus.Control;
using Theseus.Control.Upgrades;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus upgrade …</c>.</summary>
internal sealed class UpgradeCommands(TheseusCommand theseus)
{
    private readonly Argument<string> _id = new("id") { Description = "The upgrade's id, or 'last' for the newest." };
    private readonly Option<string> _why = new("--why") { Description = "Why, for the record.", DefaultValueFactory = static _ => "" };

    public void AddTo(RootCommand root)
    {
        var upgrade = new Command("upgrade", "Plan upgrades of a fleet, start, watch and steer them.");
        upgrade.Subcommands.Add(Plan());
        upgrade.Subcommands.Add(Start());
        upgrade.Subcommands.Add(Status());
        upgrade.Subcommands.Add(List());
        upgrade.Subcommands.Add(Watch());
        upgrade.Subcommands.Add(new JudgementCommands(theseus).Explain(_id, IdAsync));
        upgrade.Subcommands.Add(Order("pause", "Have an upgrade stand still where it is."));
        upgrade.Subcommands.Add(Order("resume", "Have a paused upgrade go on; its wave is watched anew."));
        upgrade.Subcommands.Add(Order("cancel", "End an upgrade whose release has had no calls yet."));
        upgrade.Subcommands.Add(Order("promote", "End the wave that is being watched, as passed."));
        upgrade.Subcommands.Add(Rollback());
        upgrade.Subcommands.Add(Approve());
        root.Subcommands.Add(upgrade);
    }

    private Command Plan()
    {
        var request = new UpgradeRequestOptions();
        var command = new Command("plan", "Show what an upgrade would be. Nothing is stored, and nothing begins.");
        request.AddTo(command);
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.PostAsync<UpgradePlanView>("upgrades/plan", request.Read(parsed), token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                UpgradeView.ShowPlan(answer.Value, output);
            }

            return answer.Value.Problems.Count == 0 ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    private Command Start()
    {
        var request = new UpgradeRequestOptions();
        var key = new Option<string?>("--key") { Description = "Names the request: asked again with the same key, it is the same upgrade." };
        var watch = new Option<bool>("--watch") { Description = "Watch it to its end." };
        var command = new Command("start", "Ask for an upgrade. One that is not possible is refused, and nothing of it is stored.") { key, watch };
        request.AddTo(command);
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.PostAsync<UpgradeRecord>("upgrades", request.Read(parsed), token, parsed.GetValue(key)).ConfigureAwait(false);
            if (parsed.GetValue(watch))
            {
                return await UpgradeWatch.RunAsync(theseus, control, answer.Value.Id, output, token).ConfigureAwait(false);
            }

            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                output.Line($"Upgrade {answer.Value.Id} is on record. 'theseus upgrade watch {answer.Value.Id}' shows how it goes.", new(Color.Green));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private Command Status()
    {
        var command = new Command("status", "Tell where an upgrade stands, its waves and their verdicts.") { _id };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.GetAsync<UpgradeRecord>($"upgrades/{await IdAsync(parsed, control, token).ConfigureAwait(false)}", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                UpgradeView.Show(answer.Value, output);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private Command List()
    {
        var newest = ControlOptions.Newest();
        var before = new Option<long?>("--before") { Description = "Only upgrades with a lower number.", HelpName = "NUMBER" };
        var command = new Command("list", "List upgrades, the newest first.") { newest, before };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var older = parsed.GetValue(before) is { } number ? string.Create(CultureInfo.InvariantCulture, $"&before={number}") : "";
            return await ListAsync(control, output, parsed.GetValue(newest), older, token).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Lists the newest upgrades.</summary>
    public static async Task<int> ListAsync(ControlClient control, Output output, int newest, string more, CancellationToken token)
    {
        var answer = await control.GetAsync<Page<UpgradeRecord>>(string.Create(CultureInfo.InvariantCulture, $"upgrades?count={newest}{more}"), token).ConfigureAwait(false);
        if (output.IsJson)
        {
            output.Raw(answer.Json);
        }
        else
        {
            UpgradeView.ShowList(answer.Value.Items, output);
        }

        return ExitCode.Done;
    }

    private Command Watch()
    {
        var command = new Command("watch", "Show how an upgrade goes, to its end.") { _id };
        theseus.OnControl(command, async (parsed, control, output, token) =>
            await UpgradeWatch.RunAsync(theseus, control, await IdAsync(parsed, control, token).ConfigureAwait(false), output, token).ConfigureAwait(false));
        return command;
    }

    private Command Order(string order, string description)
    {
        var command = new Command(order, description) { _id, _why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var id = await IdAsync(parsed, control, token).ConfigureAwait(false);
            return Ordered(await control.PostAsync<UpgradeRecord>($"upgrades/{id}/{order}", new JsonObject { ["why"] = parsed.GetValue(_why) }, token).ConfigureAwait(false), output);
        });
        return command;
    }

    private Command Rollback()
    {
        var state = new Option<ReturningState>("--state")
        {
            Description = "Which state components go back with: OfNow, brought back by migrations; or FromBefore, which each node kept when the upgrade replaced the release, so that what was changed since is lost.",
            DefaultValueFactory = static _ => ReturningState.OfNow,
        };
        var command = new Command("rollback", "Take an upgrade back: while it runs, or after its end.") { _id, state, _why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var id = await IdAsync(parsed, control, token).ConfigureAwait(false);
            var body = new JsonObject { ["why"] = parsed.GetValue(_why), ["state"] = parsed.GetValue(state).ToString() };
            return Ordered(await control.PostAsync<UpgradeRecord>($"upgrades/{id}/rollback", body, token).ConfigureAwait(false), output);
        });
        return command;
    }

    private Command Approve()
    {
        var digest = new Option<string>("--digest") { Description = "The digest of the plan that was looked at, as 'upgrade status' shows it.", Required = true };
        var command = new Command("approve", "Approve the plan of an upgrade that somebody else asked for.") { _id, digest, _why };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var id = await IdAsync(parsed, control, token).ConfigureAwait(false);
            var body = new JsonObject { ["digest"] = parsed.GetValue(digest), ["why"] = parsed.GetValue(_why) };
            return Ordered(await control.PostAsync<UpgradeRecord>($"upgrades/{id}/approve", body, token).ConfigureAwait(false), output);
        });
        return command;
    }

    private async Task<string> IdAsync(ParseResult parsed, ControlClient control, CancellationToken token)
    {
        var id = parsed.GetRequiredValue(_id);
        if (id != "last")
        {
            return Uri.EscapeDataString(id);
        }

        var newest = await control.GetAsync<Page<UpgradeRecord>>("upgrades?count=1", token).ConfigureAwait(false);
        return newest.Value.Items is [var last] ? last.Id : throw new ControlProblemException(System.Net.HttpStatusCode.NotFound, new ApiProblem { Code = "unknown-upgrade", Detail = "There is no upgrade on record yet." });
    }

    private static int Ordered(ControlAnswer<UpgradeRecord> answer, Output output)
    {
        if (output.IsJson)
        {
            output.Raw(answer.Json);
        }
        else
        {
            output.Line($"Upgrade {answer.Value.Id}: {answer.Value.State}. {answer.Value.Detail}".TrimEnd(), new(Color.Green));
        }

        return ExitCode.Done;
    }
}
