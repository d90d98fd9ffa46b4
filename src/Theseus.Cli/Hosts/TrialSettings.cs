using System.CommandLine;
using System.Globalization;
using Theseus.Runtime;
using Theseus.Runtime.Operating;

namespace Theseus.Cli.Hosts;

/// <summary>The options of <c>theseus swap</c> that set its trial; what is left out is as the host is configured.</summary>
internal sealed class TrialSettings
{
    private readonly Option<double?> _duration = Number("--trial", "SECONDS", "How long the release is on trial, in seconds; 0 for no trial.", 86400, "seconds, from 0 to 86400");
    private readonly Option<double?> _share = Number("--share", "SHARE", "The new release's share of calls during its trial, from 0 to 1.", 1, "a share, from 0 to 1");
    private readonly Option<double?> _shadow = Number("--shadow", "SHARE", "The share of the old release's calls that are copied to the new one and compared, from 0 to 1; needs a --share below 1.", 1, "a share, from 0 to 1");
    private readonly Option<long?> _minimumCalls = new("--minimum-calls") { HelpName = "COUNT", Description = "How many calls the new release has to take for a verdict." };
    private readonly Option<InconclusiveAction?> _inconclusive = new("--inconclusive") { HelpName = "confirm|rollback", Description = "What is done when the trial took fewer calls than that." };

    public TrialSettings()
    {
        _minimumCalls.CustomParser = result =>
        {
            if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return count;
            }

            result.AddError("--minimum-calls takes a number of calls, from 0.");
            return null;
        };
        _inconclusive.CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "confirm":
                    return InconclusiveAction.Confirm;
                case "rollback":
                    return InconclusiveAction.RollBack;
                default:
                    result.AddError("--inconclusive takes 'confirm' or 'rollback'.");
                    return null;
            }
        };
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _duration, _share, _shadow, _minimumCalls, _inconclusive })
        {
            command.Options.Add(option);
        }
    }

    public TrialChanges Read(ParseResult parsed) => new()
    {
        Duration = parsed.GetValue(_duration) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Share = parsed.GetValue(_share),
        ShadowFraction = parsed.GetValue(_shadow),
        MinimumCalls = parsed.GetValue(_minimumCalls),
        WhenInconclusive = parsed.GetValue(_inconclusive),
    };

    private static Option<double?> Number(string name, string helpName, string description, double most, string takes) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= most)
            {
                return number;
            }

            result.AddError($"{name} takes {takes}.");
            return null;
        },
    };
}
