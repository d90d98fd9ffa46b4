using System.Reflection;
using NuGet.Versioning;

namespace Theseus.Packaging;

/// <summary>Turns a component class and its attributes into a manifest without files.</summary>
internal static class ManifestDraft
{
    private static readonly string abstractions = typeof(ComponentAttribute).Assembly.GetName().Name!;

    public static ReleaseManifest? Make(ComponentClass component, AssemblyImage image, AssemblySet assemblies, string entry, NuspecDocument? nuspec, SealFaults faults)
    {
        var name = component.Attribute.Text(0);
        if (!ComponentName.IsValid(name))
            faults.Add("THS3002", $"'{name}' is not a component's name: {ComponentName.Rule}.");
        ComponentScan.CheckClass(component, image, faults);
        var interfaces = assemblies.InterfacesOf(image, component.Type);
        var contractType = TypeName.Parse(component.Attribute.Text(1), image.Name);
        var contract = MakeContract(component, contractType, image, assemblies, interfaces, faults);
        var upgradesFrom = component.Attribute.NamedText(nameof(ComponentAttribute.UpgradesFrom)) is { } text ? Range(text, nameof(ComponentAttribute.UpgradesFrom), faults) : null;
        var dependencies = MakeDependencies(component, name, image, faults);
        var resources = MakeResources(component, image, faults);
        var state = StateScan.Make(component, image, assemblies, interfaces, faults);
        if (contract is null || nuspec is null || faults.All.Count > 0)
            return null;
        string[] roots = state.SharedType is { } sharedType
            ? [abstractions, contractType.Assembly, TypeName.Parse(sharedType, image.Name).Assembly]
            : [abstractions, contractType.Assembly];
        return new()
        {
            Format = ReleaseManifest.CurrentFormat,
            Component = name,
            Version = NuGetVersion.Parse(nuspec.Version),
            TargetFramework = entry.Split('/')[1],
            Contract = contract,
            Entry = new(entry, component.FullName),
            State = state,
            UpgradesFrom = upgradesFrom,
            Dependencies = dependencies,
            Resources = resources,
            SharedAssemblies = assemblies.SharedClosure(image, roots),
            Files = [],
        };
    }

    private static ContractReference? MakeContract(ComponentClass component, TypeName type, AssemblyImage image, AssemblySet assemblies, IReadOnlySet<TypeName> interfaces, SealFaults faults)
    {
        if (type.Assembly == image.Name)
        {
            faults.Add("THS3005", $"The contract '{type.FullName}' is declared in the component's own assembly. Move it to an assembly that host and component share.");
            return null;
        }

        var declaring = assemblies.Find(type.Assembly);
        if (declaring?.Find(type.FullName) is { } definition
            && ((definition.Attributes & TypeAttributes.Interface) == 0 || AttributeReader.Read<ContractAttribute>(declaring, definition).Count == 0))
            faults.Add("THS3004", $"'{type.FullName}' is not a contract: it must be an interface marked with [Contract].");
        else if (!interfaces.Contains(type))
            faults.Add("THS3006", $"The class '{component.FullName}' does not implement its contract '{type.FullName}'.");
        var version = declaring?.Version ?? image.References.FirstOrDefault(r => r.Name == type.Assembly)?.Version;
        if (version is null)
        {
            faults.Add("THS3004", $"The contract's assembly '{type.Assembly}' was not found.");
            return null;
        }

        var built = new NuGetVersion(version.Major, version.Minor, Math.Max(version.Build, 0), Math.Max(version.Revision, 0));
        if (component.Attribute.NamedText(nameof(ComponentAttribute.ContractRange)) is not { } text)
            return new(type.FullName, type.Assembly, built, new VersionRange(built, true, new NuGetVersion(built.Major + 1, 0, 0), false));
        if (Range(text, nameof(ComponentAttribute.ContractRange), faults) is not { } range)
            return null;
        if (!range.Satisfies(built))
            faults.Add("THS3008", $"The contract's range '{text}' does not include version {built}, which the component was built against.");
        return new(type.FullName, type.Assembly, built, range);
    }

    private static List<ComponentDependency> MakeDependencies(ComponentClass component, string ownName, AssemblyImage image, SealFaults faults)
    {
        var dependencies = new List<ComponentDependency>();
        foreach (var attribute in AttributeReader.Read<ComponentDependencyAttribute>(image, component.Type))
        {
            var name = attribute.Text(0);
            if (!ComponentName.IsValid(name) || name == ownName || dependencies.Any(d => d.Component == name))
                faults.Add("THS3009", $"The dependency '{name}' is not a component's name, or is the component itself, or is there twice.");
            else if (Range(attribute.Text(1), $"dependency on '{name}'", faults) is { } range)
                dependencies.Add(new(name, range));
        }

        return [.. dependencies.OrderBy(d => d.Component, StringComparer.Ordinal)];
    }

    private static ResourceNeeds MakeResources(ComponentClass component, AssemblyImage image, SealFaults faults)
    {
        var attribute = AttributeReader.Read<ResourceNeedsAttribute>(image, component.Type).FirstOrDefault();
        var needs = new ResourceNeeds(
            attribute?.NamedNumber(nameof(ResourceNeedsAttribute.MemoryMebibytes)) ?? 0,
            attribute?.NamedNumber(nameof(ResourceNeedsAttribute.Millicores)) ?? 0);
        if (needs.MemoryMebibytes < 0 || needs.Millicores < 0)
            faults.Add("THS3010", "[ResourceNeeds] cannot be less than zero.");
        return needs;
    }

    private static VersionRange? Range(string text, string what, SealFaults faults)
    {
        if (VersionRange.TryParse(text, allowFloating: false, out var range))
            return range;
        faults.Add("THS3007", $"The {what} '{text}' is not a version range such as '[1.0.0, 2.0.0)'.");
        return null;
    }
}
