using System.CommandLine;
using Theseus.Runtime.Operating;

namespace Theseus.Cli.Hosts;

/// <summary><c>theseus why</c>: what keeps an old generation.</summary>
internal sealed class WhyCommand(TheseusCommand theseus)
{
    private readonly Argument<string> _component = new("component") { Description = "The component." };
    private readonly Argument<int?> _generation = new("generation") { Description = "The generation's number; every one that has not gone yet when left out.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _walkHeap = new("--walk-heap") { Description = "Search the host's heap as well. The host stands still while it is looked at." };

    public void AddTo(RootCommand root)
    {
        var command = new Command("why", "Tell why an old version has not gone.") { _component, _generation, _walkHeap };
        theseus.OnHost(command, WhyAsync);
        root.Subcommands.Add(command);
    }

    private async Task<int> WhyAsync(ParseResult parsed, OperatorClient host, Output output, CancellationToken cancellationToken)
    {
        var component = parsed.GetRequiredValue(_component);
        var number = parsed.GetValue(_generation);
        var status = (await host.GetStatusAsync(cancellationToken).ConfigureAwait(false)).Components.FirstOrDefault(one => one.Component == component);
        if (status is null)
        {
            return output.Problem(ExitCode.NotFound, nameof(OperatorProblemCode.NotFound), $"The host has no component '{component}'.");
        }

        var asked = status.Generations.Where(one => number is null ? StatusCommands.IsLeaving(one) : one.Number == number).ToList();
        if (asked.Count == 0 && number is not null)
        {
            return output.Problem(ExitCode.NotFound, nameof(OperatorProblemCode.NotFound), $"The host has no generation {number} of '{component}'; see 'theseus generations {component}'.");
        }

        var answers = new List<WhyAnswer>();
        foreach (var one in asked)
        {
            var pins = await theseus.WhileWaitingAsync(output, $"Looking at generation {one.Number} ...", () =>
                host.ExplainAsync(component, one.Number, parsed.GetValue(_walkHeap), cancellationToken)).ConfigureAwait(false);
            answers.Add(new(one.Number, one.Version, one.State, one.Retirement?.Summary, pins));
        }

        Show(component, answers, output);
        return ExitCode.Done;
    }

    private static void Show(string component, List<WhyAnswer> answers, Output output)
    {
        if (output.IsJson)
        {
            output.Json(answers, CliJson.Plain.IReadOnlyListWhyAnswer);
            return;
        }

        if (answers.Count == 0)
        {
            output.Line($"Every old generation of {component} has gone.");
        }

        foreach (var answer in answers)
        {
            output.Line($"Generation {answer.Generation}, {component} {answer.Version}: {answer.State}. {answer.Summary}".TrimEnd());
            if (answer.Pins.Count == 0)
            {
                output.Line("Nothing is known that keeps it. A heap walk may find more: --walk-heap.");
            }
            else
            {
                output.Table(["Kept by", "Which", "Freed"], answer.Pins.Select(static pin => (IReadOnlyList<string>)[pin.Kind.ToString(), pin.Description, pin.IsFreed ? "yes" : "no"]));
            }
        }
    }
}
