using NuGet.Versioning;

namespace Theseus.Control.Validation;

/// <summary>Whether hosts can run the release and call it.</summary>
internal static class HostRules
{
    private const string NoSurface = "Try it on one node first: there it is checked when the release is made ready. A control plane of your own can be told what hosts offer (FeasibilityOptions.SurfaceOf).";

    public static IEnumerable<Finding> Framework(ValidationContext context)
    {
        const string Place = "theseus.json: targetFramework";
        var built = context.Release.Manifest.TargetFramework;
        if (!FrameworkName.TryParse(built, out var name))
        {
            yield return Finding.Error(Place, $"'{built}' is not a framework that hosts run.", "Build the component for .NET, such as net10.0.");
            yield break;
        }

        foreach (var (surface, nodes) in context.Surfaces)
        {
            if (name.Version > surface.Framework)
                yield return Finding.Error(Place, $"It was built for {built}; .NET {surface.Framework} runs on {nodes}.", $"Build it for net{surface.Framework}, or upgrade the hosts.");
            else if (!name.FitsSystem(surface.System))
                yield return Finding.Error(Place, $"It was built for {built}; '{surface.System}' is the system of {nodes}.", "Build it without a platform, or choose other nodes.");
            else
                yield return Finding.Pass(Place, $"{built} runs on {nodes}.");
        }

        if (NotReported(context, Place) is { } unknown)
            yield return unknown;
    }

    public static IEnumerable<Finding> Contract(ValidationContext context)
    {
        var against = AgainstContract(context).ToList();
        return against.Count > 0 ? against : [Finding.Pass("theseus.json: contract", $"It implements {context.Release.Manifest.Contract.Type}, and hosts have what it shares with them.")];
    }

    private static IEnumerable<Finding> AgainstContract(ValidationContext context)
    {
        var manifest = context.Release.Manifest;
        foreach (var one in context.Step!.Incompatibilities.Where(one => one.Rule is StepRule.ContractType or StepRule.ContractRange))
            yield return Finding.Error(one.Rule == StepRule.ContractType ? "theseus.json: contract.type" : "theseus.json: contract.range", one.Message, one.Mend);
        foreach (var (surface, nodes) in context.Surfaces)
        {
            if (surface.VersionOf(manifest.Contract.Assembly) is { } present && !manifest.Contract.Range.Satisfies(Semantic(present)))
                yield return Finding.Error("theseus.json: contract.range", $"It works with {manifest.Contract.Assembly} {manifest.Contract.Range.ToNormalizedString()}; on {nodes} there is {present}.", "Choose a release whose range includes it, or upgrade the hosts.");
            foreach (var shared in manifest.SharedAssemblies)
            {
                if (!surface.Has(shared.Name))
                    yield return Finding.Error("theseus.json: sharedAssemblies", $"It shares {shared.Name} {shared.Version} with its host, and there is none on {nodes}.", "Reference that assembly in the hosts.");
                else if (surface.VersionOf(shared.Name) is { } has && has < shared.Version)
                    yield return Finding.Error("theseus.json: sharedAssemblies", $"It was built against {shared.Name} {shared.Version}; on {nodes} there is {has}, which is older.", "Build it against the older one, or upgrade the hosts.");
            }
        }

        if (context.Upgrade.Component.Contract.Version is null && !context.Surfaces.Any())
            yield return Finding.Warning("theseus.json: contract.range", "No node has said which version of the contract it has.", NoSurface);
    }

    public static IEnumerable<Finding> Members(ValidationContext context)
    {
        var (contract, entry) = (context.Release.Manifest.Contract, context.Release.Manifest.Entry);
        foreach (var (surface, nodes) in context.Surfaces)
        {
            if (surface.Metadata(contract.Assembly) is null)
            {
                yield return Finding.Warning(entry.Type, $"There is no {contract.Assembly} of {nodes} to be read here, so its members are not compared.", "Give the contract's assembly with the hosts' surface.");
                continue;
            }

            var inPackage = context.Assemblies.For(surface);
            var lookup = new MemberLookup(name => !IsShared(context, name) && inPackage.TryGetValue(name, out var own) ? own.Metadata : surface.Metadata(name));
            var members = new ContractMembers(lookup);
            var missing = members.Missing(new(contract.Assembly, contract.Type, []), new(Path.GetFileNameWithoutExtension(entry.Assembly), entry.Type, []), out var unknown);
            foreach (var member in missing)
                yield return Finding.Error(entry.Type, $"It does not fit the contract on {nodes}: {member}.", $"Build the component against {contract.Assembly} {surface.VersionOf(contract.Assembly)}, or narrow its ContractRange.");
            if (unknown)
                yield return Finding.Warning(entry.Type, $"It is derived from a class whose assembly is not to be read here, so not every member is compared for {nodes}.", "Give that assembly with the hosts' surface.");
            else if (missing.Count == 0)
                yield return Finding.Pass(entry.Type, $"It implements every member of {contract.Type} that is called on {nodes}.");
        }

        if (NotReported(context, entry.Type) is { } notReported)
            yield return notReported;
    }

    public static bool IsShared(ValidationContext context, string name) =>
        string.Equals(name, context.Release.Manifest.Contract.Assembly, StringComparison.OrdinalIgnoreCase)
        || context.Release.Manifest.SharedAssemblies.Any(shared => string.Equals(shared.Name, name, StringComparison.OrdinalIgnoreCase));

    public static Finding? NotReported(ValidationContext context, string place)
    {
        var silent = context.Upgrade.Nodes.Where(node => node.Surface is null).Select(node => node.Node).ToList();
        return context.Upgrade.Nodes.Count == 0 ? Finding.Warning(place, "No nodes were given, so this was not checked.", "Name the nodes of the upgrade.")
            : silent.Count > 0 ? Finding.Warning(place, $"What {ValidationContext.Names(silent)} can run is not known.", NoSurface)
            : null;
    }

    private static NuGetVersion Semantic(Version version) => new(version.Major, version.Minor, Math.Max(version.Build, 0), Math.Max(version.Revision, 0));
}
