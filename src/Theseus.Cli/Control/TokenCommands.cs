using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Theseus.Control;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus token list</c>, <c>create</c> and <c>revoke</c>.</summary>
internal sealed class TokenCommands(TheseusCommand theseus)
{
    public void AddTo(RootCommand root) => root.Subcommands.Add(new Command("token", "Give out tokens for a control plane, and revoke them.") { List(), Create(), Revoke() });

    private Command List()
    {
        var command = new Command("list", "List all tokens, without their secrets.");
        theseus.OnControl(command, async (_, control, output, token) =>
        {
            var answer = await control.GetAsync<Page<TokenView>>("tokens", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                output.Table(["Id", "Name", "Role", "Made", "Expires", "Valid"], answer.Value.Items.Select(one => (IReadOnlyList<string>)
                [
                    one.Id, one.Name, one.Role.ToString(), Output.Time(one.CreatedAt), one.ExpiresAt is { } end ? Output.Time(end) : "never", one.IsValid ? "yes" : one.RevokedAt is null ? "expired" : "revoked",
                ]));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private Command Create()
    {
        var name = new Argument<string>("name") { Description = "Whose it is: what is done with it is on record under this name." };
        var role = new Option<AccessRole>("--role") { Description = "What it allows.", Required = true };
        var days = new Option<int?>("--days") { Description = "After how many days it ends by itself; without, never.", HelpName = "DAYS" };
        var key = new Option<string?>("--key") { Description = "Names the request: asked again with the same key, no second token is made.", HelpName = "KEY" };
        var command = new Command("create", "Make a token. It is shown this once.") { name, role, days, key };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var body = new JsonObject { ["name"] = parsed.GetRequiredValue(name), ["role"] = parsed.GetValue(role).ToString() };
            if (parsed.GetValue(days) is { } until)
            {
                body["expiresAt"] = theseus.Time.GetUtcNow().AddDays(until).ToString("O", CultureInfo.InvariantCulture);
            }

            var answer = await control.PostAsync<NewTokenView>("tokens", body, token, parsed.GetValue(key)).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else if (answer.Value.Token is null)
            {
                output.Note(answer.Value.Note ?? "");
            }
            else
            {
                output.Line(answer.Value.Token);
                output.Note($"Keep it: it is shown this once. Its id is {answer.Value.Details.Id}.");
            }

            return answer.Value.Token is null ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }

    private Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The token's id." };
        var command = new Command("revoke", "Revoke a token: from then on it opens nothing.") { id };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.DeleteAsync<TokenView>($"tokens/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", token).ConfigureAwait(false);
            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }
            else
            {
                output.Line($"The token {answer.Value.Id} of {answer.Value.Name} is revoked.", new(Color.Green));
            }

            return ExitCode.Done;
        });
        return command;
    }
}
