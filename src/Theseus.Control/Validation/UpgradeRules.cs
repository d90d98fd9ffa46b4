using Theseus.Control.Validation;

namespace Theseus.Control;

/// <summary>The rules that every upgrade is asked. Their ids are stable.</summary>
public static class UpgradeRules
{
    /// <summary>The release is in a feed or in the store. Binding.</summary>
    public const string ReleaseExists = "release.exists";

    /// <summary>Every byte of the release is what its manifest says. Binding.</summary>
    public const string ReleaseIntact = "release.intact";

    /// <summary>It does not run already, on all nodes. Binding.</summary>
    public const string UpgradeNeeded = "upgrade.needed";

    /// <summary>The component may be replaced while its host runs.</summary>
    public const string HotSwappable = "upgrade.hot-swappable";

    /// <summary>It was built for a framework that the nodes have. Binding.</summary>
    public const string TargetFramework = "framework.target";

    /// <summary>It implements the contract that hosts call, in a version that they have, and they have what it shares with them. Binding.</summary>
    public const string ContractVersion = "contract.version";

    /// <summary>Its class implements every member of the hosts' contract with the same signature. Binding.</summary>
    public const string ContractMembers = "contract.members";

    /// <summary>Every assembly that its code refers to is in the package, shared, or in the framework.</summary>
    public const string AssembliesResolve = "references.assemblies";

    /// <summary>Every type and member that its code refers to is there: an error where a host has the assembly, a warning where the package does.</summary>
    public const string MembersResolve = "references.members";

    /// <summary>Every native library that its methods are imported from is in the package or part of the system.</summary>
    public const string NativesResolve = "references.natives";

    /// <summary>The release declares the direct way from what runs to be safe. Binding.</summary>
    public const string PathDeclared = "version.path";

    /// <summary>State can be handed over, with a migration where its schema changes. Binding.</summary>
    public const string StateForward = "state.forward";

    /// <summary>State can be brought back; else somebody has chosen what happens on failure. Binding.</summary>
    public const string StateBack = "state.back";

    /// <summary>What it calls is there, in versions that it works with, after the upgrade.</summary>
    public const string DependenciesMet = "dependencies.needed";

    /// <summary>What calls it works with its new version.</summary>
    public const string DependentsMet = "dependencies.dependents";

    /// <summary>Each node has to spare what it needs: beside the old version, which runs until it is retired.</summary>
    public const string ResourcesSuffice = "resources.capacity";

    /// <summary>The version is one that the component is held to.</summary>
    public const string PolicyPinned = "policy.pinned";

    /// <summary>The version is not blocked. Binding.</summary>
    public const string PolicyBlocked = "policy.blocked";

    /// <summary>The release has been in its feed for long enough. One of unknown age has not.</summary>
    public const string PolicyAge = "policy.age";

    /// <summary>A prerelease is taken only where somebody asks for it, or the policy allows it.</summary>
    public const string PolicyPrerelease = "policy.prerelease";

    /// <summary>A version that was rolled back is not taken again by itself; where a person asks for it, it is a warning.</summary>
    public const string NotReverted = "history.reverted";

    private static readonly string[] opened = [ReleaseExists, ReleaseIntact];

    /// <summary>All of them, in the order of their findings.</summary>
    public static IReadOnlyList<IUpgradeRule> BuiltIn { get; } =
    [
        new BuiltInRule(ReleaseExists, [], true, ReleaseRules.Exists),
        new BuiltInRule(ReleaseIntact, [], true, ReleaseRules.IsIntact),
        new BuiltInRule(UpgradeNeeded, [], true, ReleaseRules.IsNeeded),
        new BuiltInRule(HotSwappable, [], false, ReleaseRules.IsHotSwappable),
        new BuiltInRule(TargetFramework, opened, true, HostRules.Framework),
        new BuiltInRule(ContractVersion, opened, true, HostRules.Contract),
        new BuiltInRule(ContractMembers, [.. opened, ContractVersion], true, HostRules.Members),
        new BuiltInRule(AssembliesResolve, opened, false, ReferenceRules.Assemblies),
        new BuiltInRule(MembersResolve, opened, false, ReferenceRules.Members),
        new BuiltInRule(NativesResolve, opened, false, NativeRules.Libraries),
        new BuiltInRule(PathDeclared, opened, true, StateRules.Path),
        new BuiltInRule(StateForward, opened, true, StateRules.Forward),
        new BuiltInRule(StateBack, [.. opened, StateForward], true, StateRules.Back),
        new BuiltInRule(DependenciesMet, opened, false, DependencyRules.Needed),
        new BuiltInRule(DependentsMet, [], false, DependencyRules.Dependents),
        new BuiltInRule(ResourcesSuffice, opened, false, ResourceRules.Capacity),
        new BuiltInRule(PolicyPinned, [], false, PolicyRules.Pinned),
        new BuiltInRule(PolicyBlocked, [], true, PolicyRules.Blocked),
        new BuiltInRule(PolicyAge, [ReleaseExists], false, PolicyRules.Age),
        new BuiltInRule(PolicyPrerelease, [], false, PolicyRules.Prerelease),
        new BuiltInRule(NotReverted, [], false, PolicyRules.NotReverted),
    ];
}
