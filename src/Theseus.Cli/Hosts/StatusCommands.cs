using System.CommandLine;
using System.Globalization;
using Theseus.Runtime;
using Theseus.Runtime.Operating;

namespace Theseus.Cli.Hosts;

/// <summary><c>theseus status</c> and <c>theseus generations</c>.</summary>
internal sealed class StatusCommands(TheseusCommand theseus)
{
    private readonly Argument<string?> _component = new("component") { Description = "The component; all when left out.", Arity = ArgumentArity.ZeroOrOne };

    public void AddTo(RootCommand root)
    {
        var status = new Command("status", "Tell what the host has loaded, and what goes on.");
        theseus.OnHost(status, StatusAsync);
        root.Subcommands.Add(status);

        var generations = new Command("generations", "Tell every loaded instance of every release.") { _component };
        theseus.OnHost(generations, GenerationsAsync);
        root.Subcommands.Add(generations);
    }

    private static async Task<int> StatusAsync(ParseResult parsed, OperatorClient host, Output output, CancellationToken cancellationToken)
    {
        var status = await host.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (output.IsJson)
        {
            output.Json(status, CliJson.Plain.HostStatus);
            return ExitCode.Done;
        }

        output.Line($"Host: process {status.ProcessId}, since {Output.Time(status.StartedAt)}, data in {status.DataFolder}");
        output.Table(
            ["Component", "Serves", "Staged", "Not gone yet", "Going on"],
            status.Components.Select(static one => (IReadOnlyList<string>)
            [
                one.Component,
                one.ServingVersion ?? "nothing",
                one.StagedVersion ?? "",
                string.Join(", ", one.Generations.Where(IsLeaving).Select(static generation => $"{generation.Version} ({generation.State})")),
                one.Activity,
            ]));
        return ExitCode.Done;
    }

    private async Task<int> GenerationsAsync(ParseResult parsed, OperatorClient host, Output output, CancellationToken cancellationToken)
    {
        var asked = parsed.GetValue(_component);
        var components = (await host.GetStatusAsync(cancellationToken).ConfigureAwait(false)).Components
            .Where(one => asked is null || one.Component == asked).ToList();
        if (asked is not null && components.Count == 0)
        {
            return output.Problem(ExitCode.NotFound, nameof(OperatorProblemCode.NotFound), $"The host has no component '{asked}'.");
        }

        if (output.IsJson)
        {
            output.Json(components, CliJson.Plain.IReadOnlyListComponentStatus);
            return ExitCode.Done;
        }

        output.Table(
            ["Component", "#", "Version", "State", "Code", "Loaded", "Calls", "Retirement"],
            components.SelectMany(static one => one.Generations).Select(static one => (IReadOnlyList<string>)
            [
                one.Component,
                one.Number.ToString(CultureInfo.InvariantCulture),
                one.Version,
                one.State.ToString(),
                one.IsCollectible ? "collectible" : "resident",
                Output.Time(one.LoadedAt),
                one.CallsInFlight.ToString(CultureInfo.InvariantCulture),
                one.Retirement?.Summary ?? "",
            ]));
        return ExitCode.Done;
    }

    /// <summary>Whether a generation is on its way out and still there.</summary>
    public static bool IsLeaving(GenerationInfo generation) =>
        generation.State is GenerationState.Draining or GenerationState.Stopping or GenerationState.Unloading or GenerationState.Lingering;
}
