using System.CommandLine;
using System.Globalization;
using Theseus.Control;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary><c>theseus component</c>, and what the feeds have of a component.</summary>
internal sealed class ComponentCommands(TheseusCommand theseus)
{
    private readonly Argument<string> _name = new("component") { Description = "The component." };

    public void AddTo(RootCommand root)
    {
        var component = new Command("component", "Tell what components a fleet has, and change what is settled for them.");
        component.Subcommands.Add(List());
        component.Subcommands.Add(Show());
        component.Subcommands.Add(History());
        component.Subcommands.Add(Points());
        component.Subcommands.Add(new ComponentPathCommand().Make(theseus));
        component.Subcommands.Add(new ComponentSetCommand().Make(theseus));
        root.Subcommands.Add(component);
    }

    /// <summary><c>theseus release list</c>.</summary>
    public Command Releases()
    {
        var newest = ControlOptions.Newest();
        var command = new Command("list", "List the releases of a component that the control plane's feeds have.") { _name, newest };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.GetAsync<ReleasePage>(string.Create(CultureInfo.InvariantCulture, $"releases/{Name(parsed)}?count={parsed.GetValue(newest)}"), token).ConfigureAwait(false);
            return Table(answer, output, ["Version", "Package", "In the feed since"], page => page.Items.Select(one => (IReadOnlyList<string>)[one.Version, one.PackageId, one.Published is { } since ? Output.Time(since) : "not told"]), page => page.Problems);
        });
        return command;
    }

    private Command List()
    {
        var command = new Command("list", "List the components, with the version and state of each.");
        theseus.OnControl(command, async (_, control, output, token) => Table(
            await control.GetAsync<Page<ComponentDescriptor>>("components", token).ConfigureAwait(false),
            output,
            ["Component", "Version", "Lifecycle", "Contract", "Criticality"],
            page => page.Items.Select(one => (IReadOnlyList<string>)[one.Name, one.CurrentVersion?.ToNormalizedString() ?? "", one.Lifecycle.ToString(), one.Contract?.Type ?? "", one.Criticality.ToString()])));
        return command;
    }

    private Command Show()
    {
        var command = new Command("show", "Tell what a component calls, and what calls it.") { _name };
        theseus.OnControl(command, async (parsed, control, output, token) => Table(
            await control.GetAsync<ComponentDependencies>($"components/{Name(parsed)}/dependencies", token).ConfigureAwait(false),
            output,
            ["Component", parsed.GetRequiredValue(_name)],
            one =>
            [
                ["calls", string.Join(", ", one.DependsOn)],
                ["calls, by way of others too", string.Join(", ", one.DependsOnAll)],
                ["is called by", string.Join(", ", one.NeededBy)],
                ["is called by, by way of others too", string.Join(", ", one.NeededByAll)],
            ],
            one => one.Problems));
        return command;
    }

    private Command History()
    {
        var newest = ControlOptions.Newest();
        var command = new Command("history", "Tell the changes in a component's life, the newest first.") { _name, newest };
        theseus.OnControl(command, async (parsed, control, output, token) => Table(
            await control.GetAsync<Page<LifecycleChange>>(string.Create(CultureInfo.InvariantCulture, $"components/{Name(parsed)}/history?count={parsed.GetValue(newest)}"), token).ConfigureAwait(false),
            output,
            ["When", "From", "To", "Version", "Why"],
            page => page.Items.Select(one => (IReadOnlyList<string>)[Output.Time(one.When), one.From?.ToString() ?? "", one.To.ToString(), one.ToVersion?.ToNormalizedString() ?? "", one.Why])));
        return command;
    }

    private Command Points()
    {
        var command = new Command("rollback-points", "Tell what a component can go back to, the newest first.") { _name };
        theseus.OnControl(command, async (parsed, control, output, token) => Table(
            await control.GetAsync<Page<RollbackOffer>>($"rollback-points?component={Name(parsed)}", token).ConfigureAwait(false),
            output,
            ["Taken", "Upgrade", "Back from", "To", "State from before", "Why not"],
            page => page.Items.Select(one => (IReadOnlyList<string>)[Output.Time(one.Point.TakenAt), one.Point.Upgrade, one.Point.To.Version, one.Point.From.Version, one.StateKeptOn.Count > 0 ? string.Join(", ", one.StateKeptOn) : "", one.WhyNot])));
        return command;
    }

    private string Name(ParseResult parsed) => Uri.EscapeDataString(parsed.GetRequiredValue(_name));

    private static int Table<T>(ControlAnswer<T> answer, Output output, IReadOnlyList<string> columns, Func<T, IEnumerable<IReadOnlyList<string>>> rows, Func<T, IReadOnlyList<string>>? problems = null)
    {
        if (output.IsJson)
        {
            output.Raw(answer.Json);
            return ExitCode.Done;
        }

        output.Table(columns, rows(answer.Value));
        foreach (var problem in problems?.Invoke(answer.Value) ?? [])
        {
            output.Line(problem, new(Spectre.Console.Color.Yellow));
        }

        return ExitCode.Done;
    }
}
