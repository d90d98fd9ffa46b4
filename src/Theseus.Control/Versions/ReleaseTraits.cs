using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>What decides whether one release may follow another. Immutable.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Contract">The contract it implements, with the range of versions that it works with.</param>
/// <param name="State">How it keeps state, with the migrations it carries.</param>
/// <param name="UpgradesFrom">The versions from which a direct upgrade to it is declared safe; null for all.</param>
public sealed record ReleaseTraits(NuGetVersion Version, ContractReference Contract, StateDeclaration State, VersionRange? UpgradesFrom)
{
    /// <summary>A release's, from its manifest.</summary>
    /// <param name="manifest">The manifest.</param>
    public static ReleaseTraits Of(ReleaseManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new(manifest.Version, manifest.Contract, manifest.State, manifest.UpgradesFrom);
    }

    /// <summary>
    /// Those of the release that serves, from what the registry keeps of it, for where no feed has it any more. It works
    /// with the contract that hosts have, since it serves there.
    /// </summary>
    /// <param name="component">The component; null is told where no version of it serves.</param>
    public static ReleaseTraits? OfServing(ComponentDescriptor component)
    {
        ArgumentNullException.ThrowIfNull(component);
        if (component.CurrentVersion is not { } version)
            return null;
        var contract = component.Contract.Version ?? new NuGetVersion(0, 0, 0);
        return new(version, new(component.Contract.Type, component.Contract.Assembly, contract, VersionRange.All), component.State, UpgradesFrom: null);
    }
}
