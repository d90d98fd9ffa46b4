namespace Theseus.Control.Validation;

/// <summary>Whether what the release's code refers to is there.</summary>
internal static class ReferenceRules
{
    private const string Pack = "Pack it with the component, or name it in the policy's OptionalAssemblies if the code can do without it.";

    public static IEnumerable<Finding> Assemblies(ValidationContext context)
    {
        foreach (var (surface, nodes) in context.Surfaces)
        {
            var inPackage = context.Assemblies.For(surface);
            var (checkedCount, faults) = (0, 0);
            foreach (var (path, metadata) in context.Assemblies.Reachable(surface))
            {
                foreach (var (name, version) in metadata.References)
                {
                    checkedCount++;
                    if (!HostRules.IsShared(context, name) && inPackage.ContainsKey(name))
                        continue;
                    if (Against(surface, name, version) is not { } problem)
                        continue;
                    faults++;
                    yield return IsOptional(context, name)
                        ? Finding.Warning(path, $"It refers to {name} {version}, {problem} on {nodes}; the policy says that it can do without.", Pack)
                        : Finding.Error(path, $"It refers to {name} {version}, {problem} on {nodes}.", Pack);
                }
            }

            if (faults == 0)
                yield return Finding.Pass("", $"All {checkedCount} references to assemblies resolve on {nodes}.");
        }

        if (HostRules.NotReported(context, "") is { } unknown)
            yield return unknown;
    }

    public static IEnumerable<Finding> Members(ValidationContext context)
    {
        foreach (var (surface, nodes) in context.Surfaces)
        {
            var inPackage = context.Assemblies.For(surface);
            var (checkedCount, faults) = (0, 0);
            // The framework keeps what it had, and 'framework.target' asks for its version: only what may differ is looked into.
            var lookup = new MemberLookup(name => HostRules.IsShared(context, name) ? surface.Metadata(name) : inPackage.TryGetValue(name, out var own) ? own.Metadata : null);
            foreach (var (path, metadata) in context.Assemblies.Reachable(surface))
            {
                foreach (var (what, owner, presence) in Referred(metadata, lookup))
                {
                    checkedCount += presence == Presence.Unknown ? 0 : 1;
                    if (presence != Presence.Absent)
                        continue;
                    faults++;
                    yield return HostRules.IsShared(context, owner)
                        ? Finding.Error(path, $"It uses {what}, which the {owner} on {nodes} does not have.", "Build it against the assembly that hosts have, or upgrade the hosts.")
                        : Finding.Warning(path, $"It uses {what}, which the {owner} in the package does not have: it will fail where it gets there.", $"Pack the version of {owner} that it was built against.");
                }
            }

            if (faults == 0)
                yield return Finding.Pass("", $"All {checkedCount} types and members that are used of shared and packed assemblies are there on {nodes}.");
        }

        if (HostRules.NotReported(context, "") is { } unknown)
            yield return unknown;
    }

    private static string? Against(HostSurface surface, string name, Version version) =>
        !surface.Has(name) ? "which is neither in the package nor there"
        : surface.VersionOf(name) is not { } present ? "of which there is a file that cannot be read"
        : present < version ? $"of which there is the older {present}"
        : null;

    private static bool IsOptional(ValidationContext context, string name) => context.Upgrade.Policy.OptionalAssemblies.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<(string What, string Owner, Presence Presence)> Referred(AssemblyMetadata assembly, MemberLookup lookup)
    {
        var reader = assembly.Reader;
        foreach (var handle in reader.TypeReferences)
        {
            if (TypeNames.Identify(assembly, handle, []) is { Assembly: { } owner } type && owner != assembly.Name)
            {
                lookup.Find(type, out var presence);
                yield return (type.FullName, owner, presence);
            }
        }

        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (TypeNames.Identify(assembly, member.Parent, []) is not { Assembly: { } owner } parent || owner == assembly.Name)
                continue;
            // A type that is not there was told above.
            lookup.Find(parent, out var presence);
            if (presence == Presence.Present)
                yield return ($"{parent.FullName}.{reader.GetString(member.Name)}", owner, lookup.Look(assembly, member, parent));
        }
    }
}
