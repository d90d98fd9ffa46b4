using Theseus.Packaging;

namespace Theseus.Control.Components;

/// <summary>What a descriptor may say; all faults are told at once.</summary>
internal static class DescriptorRules
{
    private const int MostLabels = 64;

    public static IReadOnlyList<string> Check(ComponentDescriptor component)
    {
        var faults = new List<string>();
        if (!ComponentName.IsValid(component.Name))
            faults.Add($"name: '{component.Name}' is not a component's name. Use {ComponentName.Rule}.");
        if (string.IsNullOrWhiteSpace(component.PackageId))
            faults.Add("packageId: It is empty. Leave it out to use the component's name.");
        if (component.Contract is not { Type.Length: > 0, Assembly.Length: > 0 })
            faults.Add("contract: It needs the interface's full name and its assembly's simple name.");
        if (component.HealthCheck.Timeout <= TimeSpan.Zero || component.HealthCheck.Interval <= TimeSpan.Zero)
            faults.Add("healthCheck: Timeout and interval must be more than zero.");
        if (component.HealthCheck.FailureThreshold < 1)
            faults.Add("healthCheck.failureThreshold: It must be 1 or more.");
        if (component.Resources is { MemoryMebibytes: < 0 } or { Millicores: < 0 })
            faults.Add("resources: They cannot be less than zero.");
        if (!Enum.IsDefined(component.Criticality))
            faults.Add($"criticality: {component.Criticality} is none. Use {string.Join(", ", Enum.GetNames<Criticality>())}.");
        CheckDependencies(component, faults);
        foreach (var twice in component.UpgradePaths.GroupBy(path => path.To).Where(same => same.Count() > 1))
            faults.Add($"upgradePaths: {twice.Key} is there twice.");
        CheckLabels(component, faults);
        return faults;
    }

    /// <summary>A copy that nobody else can change.</summary>
    public static ComponentDescriptor Copy(ComponentDescriptor component) => component with
    {
        Dependencies = [.. component.Dependencies],
        UpgradePaths = [.. component.UpgradePaths.OrderBy(path => path.To)],
        State = component.State with { Migrations = [.. component.State.Migrations] },
        Blocked = [.. component.Blocked],
        Labels = new SortedDictionary<string, string>(component.Labels.ToDictionary(), StringComparer.Ordinal).AsReadOnly(),
    };

    private static void CheckDependencies(ComponentDescriptor component, List<string> faults)
    {
        foreach (var dependency in component.Dependencies)
        {
            if (!ComponentName.IsValid(dependency.Component))
                faults.Add($"dependencies: '{dependency.Component}' is not a component's name. Use {ComponentName.Rule}.");
            else if (dependency.Component == component.Name)
                faults.Add($"dependencies: '{component.Name}' depends on itself.");
        }

        foreach (var twice in component.Dependencies.GroupBy(one => one.Component, StringComparer.Ordinal).Where(same => same.Count() > 1))
            faults.Add($"dependencies: '{twice.Key}' is there twice.");
    }

    private static void CheckLabels(ComponentDescriptor component, List<string> faults)
    {
        if (component.Labels.Count > MostLabels)
            faults.Add($"labels: There are {component.Labels.Count}; {MostLabels} are the most.");
        foreach (var (key, value) in component.Labels)
        {
            if (key.Length is 0 or > 64 || key.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
                faults.Add($"labels: '{key}' is not a label's name. Use 1 to 64 characters without white space.");
            if (value is null or { Length: > 256 } || value.Any(char.IsControl))
                faults.Add($"labels.{key}: The value has more than 256 characters, or control characters.");
        }
    }
}
