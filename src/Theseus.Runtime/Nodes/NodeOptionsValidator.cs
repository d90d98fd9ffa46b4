using Microsoft.Extensions.Options;

namespace Theseus.Runtime.Nodes;

/// <summary>Says all that is wrong with a node's options, at once.</summary>
internal sealed class NodeOptionsValidator : IValidateOptions<NodeOptions>
{
    private const int LongestName = 512;
    private const int MostLabels = 200;
    private static readonly TimeSpan s_longestHeartbeat = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, NodeOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Name) || options.Name.Length > LongestName)
        {
            faults.Add($"{NodeOptions.Section}:Name has from 1 to {LongestName} characters, and not only blanks; it names this node in its fleet.");
        }

        if (options.FailureDomain is null || options.FailureDomain.Length > LongestName)
        {
            faults.Add($"{NodeOptions.Section}:FailureDomain has up to {LongestName} characters; leave it out where nodes stand in no domains.");
        }

        if (options.Labels.Count > MostLabels)
        {
            faults.Add($"{NodeOptions.Section}:Labels has {options.Labels.Count} entries; {MostLabels} is the most.");
        }

        faults.AddRange(
            from label in options.Labels
            where string.IsNullOrWhiteSpace(label.Key) || label.Key.Length > LongestName || label.Value is null || label.Value.Length > LongestName
            select $"{NodeOptions.Section}:Labels:{label.Key} has to have a name and a value, each of up to {LongestName} characters.");
        if (options.MemoryBytes < 0)
        {
            faults.Add($"{NodeOptions.Section}:MemoryBytes has to be 0 or greater; it is what components may use, in bytes.");
        }

        if (options.Heartbeat <= TimeSpan.Zero || options.Heartbeat > s_longestHeartbeat)
        {
            faults.Add($"{NodeOptions.Section}:Heartbeat has to be above zero, up to {s_longestHeartbeat}.");
        }

        if (options.TimeOneIn is < 0 or > MetricsOptions.FewestTimed)
        {
            faults.Add($"{NodeOptions.Section}:TimeOneIn has to be from 0 to {MetricsOptions.FewestTimed}; one in so many calls is timed, and 0 is for not counting calls at all.");
        }

        if (options.TaskSlots < 0)
        {
            faults.Add($"{NodeOptions.Section}:TaskSlots has to be 0 or greater; it is how many distributed tasks the node carries out at once.");
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
