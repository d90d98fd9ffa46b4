using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Theseus.Runtime.Hosting;

/// <summary>Says all that is wrong with a host's settings, at once.</summary>
internal sealed class TheseusOptionsValidator(ComponentRegistrations components, IConfiguration? configuration = null) : IValidateOptions<TheseusOptions>
{
    public ValidateOptionsResult Validate(string? name, TheseusOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.DataFolder))
        {
            faults.Add("Theseus:DataFolder is empty; name a folder that the host may write to.");
        }

        foreach (var feed in options.Feeds)
        {
            if (string.IsNullOrWhiteSpace(feed))
            {
                faults.Add("Theseus:Feeds has an empty entry; name a folder or a NuGet v3 service index.");
            }
        }

        if (options.ShutdownDeadline <= TimeSpan.Zero)
        {
            faults.Add("Theseus:ShutdownDeadline has to be greater than zero.");
        }

        if (configuration is not null)
        {
            faults.AddRange(ConfigurationKeys.Faults(configuration.GetSection(TheseusOptions.Section), [.. components.All.Select(one => one.Name)]));
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
