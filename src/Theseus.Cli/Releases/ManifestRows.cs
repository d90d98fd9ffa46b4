using System.Globalization;
using Theseus.Packaging;

namespace Theseus.Cli.Releases;

/// <summary>A manifest as rows of a table.</summary>
internal static class ManifestRows
{
    public static IEnumerable<IReadOnlyList<string>> Of(ReleasePackage package)
    {
        var manifest = package.Manifest;
        yield return ["Component", manifest.Component];
        yield return ["Version", manifest.Version.ToNormalizedString()];
        yield return ["Package", package.PackageId];
        yield return ["Digest", package.Digest];
        yield return ["Framework", manifest.TargetFramework];
        yield return ["Contract", $"{manifest.Contract.Type}, of {manifest.Contract.Assembly} {manifest.Contract.Range.ToNormalizedString()}"];
        yield return ["Entry", $"{manifest.Entry.Type}, in {manifest.Entry.Assembly}"];
        yield return ["State", State(manifest.State)];
        foreach (var migration in manifest.State.Migrations)
        {
            yield return ["Migration", $"{migration.From} to {migration.To}{(migration.IsReversible ? ", can be undone" : "")}{(migration.MigratesChanges ? ", migrates changes" : "")}: {migration.Type}"];
        }

        yield return ["Upgrades from", manifest.UpgradesFrom?.ToNormalizedString() ?? "any release"];
        foreach (var dependency in manifest.Dependencies)
        {
            yield return ["Calls", $"{dependency.Component} {dependency.Range.ToNormalizedString()}"];
        }

        if (manifest.Resources is { MemoryMebibytes: > 0 } or { Millicores: > 0 })
        {
            yield return ["Needs", string.Create(CultureInfo.InvariantCulture, $"{manifest.Resources.MemoryMebibytes} MiB, {manifest.Resources.Millicores} millicores")];
        }
    }

    public static IReadOnlyList<string> OfFile(ReleaseFile file) =>
        [file.Path, file.Size.ToString(CultureInfo.InvariantCulture), $"{file.Sha256[..12]}..."];

    private static string State(StateDeclaration state) => state.Kind switch
    {
        StateKind.None => "none",
        StateKind.Shared => $"shared: {state.SharedType}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{(state.Kind is StateKind.CaughtUp ? "caught up" : "transferred")}, schema {state.Schema}"),
    };
}
