namespace Theseus.Fleet.Wire;

/// <summary>Makes what people read fit, before it is sent: a long error text is no reason for a node to fall silent.</summary>
internal static class WireTrimming
{
    public static NodeReport Of(NodeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report with { Components = [.. report.Components.Select(Of)] };
    }

    /// <summary>Leaves calls out: a node must not fall silent because it has many methods.</summary>
    public static NodeReport WithoutCalls(NodeReport report, bool ofTrials) =>
        report with { Components = [.. report.Components.Select(one => one.Trial is null || ofTrials ? one with { Calls = [] } : one)] };

    /// <summary>Leaves the readings of components' own instruments out.</summary>
    public static NodeReport WithoutInstruments(NodeReport report) => report with { Components = [.. report.Components.Select(one => one with { Instruments = [] })] };

    public static AssignmentAnswers Of(AssignmentAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return answers.Answers.All(one => one.Detail.Length <= WireLimits.Text)
            ? answers
            : answers with { Answers = [.. answers.Answers.Select(one => one with { Detail = Text(one.Detail) })] };
    }

    private static ComponentReport Of(ComponentReport component) => component with
    {
        // The newest results are the last, the newest states the first.
        Results = [.. component.Results.Skip(component.Results.Count - WireLimits.PerComponent).Select(one => one with { Detail = Text(one.Detail) })],
        States = [.. component.States.Take(WireLimits.PerComponent)],
        Lingering = Texts(component.Lingering),
        Calls = Calls(component.Calls),
        // The newest generations' are the last.
        Instruments = component.Instruments.Count <= WireLimits.Instruments ? component.Instruments : [.. component.Instruments.TakeLast(WireLimits.Instruments)],
        Trial = component.Trial is { } trial ? trial with { Examples = Texts(trial.Examples), Shadowed = [.. trial.Shadowed.Take(WireLimits.Methods).Select(one => one with { Samples = Texts(one.Samples) })] } : null,
    };

    // Not the oldest by number: the generation that serves may be an old one.
    private static List<GenerationCalls> Calls(IReadOnlyList<GenerationCalls> generations) =>
    [
        .. generations.Skip(generations.Count - WireLimits.Generations).Select(one => one with
        {
            Methods = one.Methods.Count <= WireLimits.Methods ? one.Methods : [.. one.Methods.OrderByDescending(method => method.Answered + method.Failed).Take(WireLimits.Methods)],
        }),
    ];

    private static List<string> Texts(IReadOnlyList<string> texts) => [.. texts.Take(WireLimits.PerComponent).Select(Text)];

    private static string Text(string text) => Shortened.To(text, WireLimits.Text);
}
