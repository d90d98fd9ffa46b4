using Theseus.Packaging;

namespace Theseus.Runtime.State;

/// <summary>One generation, from the state's point of view.</summary>
/// <param name="Instance">The component.</param>
/// <param name="Manifest">Its release's manifest.</param>
/// <param name="CreateMigration">Constructs a migration that the release carries, by the full name of its class. Throws when it cannot.</param>
internal sealed record StateParty(object Instance, ReleaseManifest Manifest, Func<string, object> CreateMigration)
{
    public StateDeclaration State => Manifest.State;

    /// <summary>The release's name, for reports.</summary>
    public string Release => $"{Manifest.Component} {Manifest.Version}";
}
