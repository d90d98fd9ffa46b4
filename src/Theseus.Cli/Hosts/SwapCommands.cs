using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Theseus.Runtime;
using Theseus.Runtime.Operating;

namespace Theseus.Cli.Hosts;

/// <summary><c>theseus stage</c>, <c>swap</c>, <c>rollback</c> and <c>confirm</c>.</summary>
internal sealed class SwapCommands(TheseusCommand theseus)
{
    private readonly Argument<string> _component = new("component") { Description = "The component." };
    private readonly Argument<string> _version = new("version") { Description = "The release's version, like 1.4.0." };
    private readonly TrialSettings _trial = new();

    public void AddTo(RootCommand root)
    {
        Add(root, new("stage", "Make a release ready beside the one that serves.") { _component, _version }, "Staging", (parsed, host, token) =>
            host.StageAsync(parsed.GetRequiredValue(_component), parsed.GetRequiredValue(_version), token));
        var swap = new Command("swap", "Swap a component to a release, and wait until it is confirmed or taken back.") { _component, _version };
        _trial.AddTo(swap);
        Add(root, swap, "Swapping", (parsed, host, token) =>
            host.SwapAsync(parsed.GetRequiredValue(_component), parsed.GetRequiredValue(_version), _trial.Read(parsed), token));
        Add(root, new("rollback", "Take back what is on trial; otherwise go back to the release that was confirmed before.") { _component }, "Going back", (parsed, host, token) =>
            host.RollbackAsync(parsed.GetRequiredValue(_component), token), isRollback: true);
        Add(root, new("confirm", "Confirm what is on trial, at once.") { _component }, "Confirming", (parsed, host, token) =>
            host.ConfirmAsync(parsed.GetRequiredValue(_component), token));
    }

    private void Add(RootCommand root, Command command, string doing, Func<ParseResult, OperatorClient, CancellationToken, Task<SwapAnswer>> ask, bool isRollback = false)
    {
        theseus.OnHost(command, async (parsed, host, output, cancellationToken) =>
        {
            var answer = await theseus.WhileWaitingAsync(output, $"{doing} ...", () => ask(parsed, host, cancellationToken)).ConfigureAwait(false);
            Show(answer, output);
            return CodeOf(answer, isRollback);
        });
        root.Subcommands.Add(command);
    }

    private static void Show(SwapAnswer answer, Output output)
    {
        if (output.IsJson)
        {
            output.Json(answer, CliJson.Plain.SwapAnswer);
            return;
        }

        output.Line(Sentence(answer), answer.Outcome is SwapOutcome.Completed or SwapOutcome.Staged ? new(Color.Green) : new(Color.Yellow));
        if (answer.Detail.Length > 0)
        {
            output.Line(answer.Reason is SwapReason.None ? answer.Detail : $"{answer.Reason}: {answer.Detail}");
        }

        if (answer.LostState is not null)
        {
            output.Line(answer.LostState, new(Color.Yellow));
        }

        foreach (var note in answer.Notes)
        {
            output.Line(note);
        }

        if (answer.VerdictDetail is not null)
        {
            output.Line($"Verdict {answer.Verdict}, by the rule {answer.VerdictDetail}");
        }

        if (answer.Evidence is not null)
        {
            EvidenceTable.Show(answer.Evidence, output);
        }

        if (answer.Steps.Count > 0)
        {
            output.Table(["Step", "Took"], answer.Steps.Select(static step => (IReadOnlyList<string>)[step.Step.ToString(), Output.Duration(step.Duration)]));
        }

        if (answer.CriticalSection > TimeSpan.Zero)
        {
            var state = answer.StateBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $" for {answer.StateBytes:N0} bytes of state") : "";
            output.Line($"Critical section {Output.Duration(answer.CriticalSection)}{state}");
        }
    }

    private static string Sentence(SwapAnswer answer) => answer.Outcome switch
    {
        SwapOutcome.Completed => $"{answer.Component} serves with {answer.To}{(answer.From is null ? "" : $"; before, {answer.From}")}.",
        SwapOutcome.Staged => $"{answer.Component} {answer.To} is ready beside {answer.From ?? "nothing"}.",
        SwapOutcome.RolledBack => $"{answer.Component} {answer.To} was taken back; {answer.From} serves again.",
        SwapOutcome.Failed => $"{answer.Component} was not swapped to {answer.To}; nothing has changed.",
        _ => $"Refused for {answer.Component}; nothing was begun.",
    };

    private static int CodeOf(SwapAnswer answer, bool isRollback) => (answer.Outcome, answer.Reason) switch
    {
        (SwapOutcome.Completed or SwapOutcome.Staged, _) => ExitCode.Done,
        // That is what was asked for.
        (SwapOutcome.RolledBack, _) when isRollback => ExitCode.Done,
        (SwapOutcome.RolledBack, _) => ExitCode.RolledBack,
        (_, SwapReason.UnknownComponent or SwapReason.ReleaseNotFound) => ExitCode.NotFound,
        (_, SwapReason.ReleaseRefused) => ExitCode.ReleaseRefused,
        (SwapOutcome.Failed, _) => ExitCode.Failed,
        _ => ExitCode.Refused,
    };
}
