using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Theseus.Packaging;

namespace Theseus.Cli.Releases;

/// <summary><c>theseus release inspect</c>, <c>verify</c> and <c>list</c>. Nothing of a package is loaded or run.</summary>
internal sealed class ReleaseCommands(TheseusCommand theseus, Command list)
{
    private readonly Argument<string> _file = new("file") { Description = "The release's package, a .nupkg file." };

    public void AddTo(RootCommand root)
    {
        var inspect = new Command("inspect", "Tell what a release package says of itself.") { _file };
        theseus.On(inspect, (parsed, output, token) => ReadAsync(parsed, output, Inspect, token));
        var verify = new Command("verify", "Check every byte of a release package, and tell all its faults.") { _file };
        theseus.On(verify, (parsed, output, token) => ReadAsync(parsed, output, Verify, token));
        root.Subcommands.Add(new("release", "Look into release packages, and list those that feeds have.") { inspect, verify, list });
    }

    private async Task<int> ReadAsync(ParseResult parsed, Output output, Action<string, ReleasePackage, Output> show, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(_file);
        ReleaseReadResult read;
        try
        {
            read = await ReleasePackage.ReadAsync(file, PackageLimits.Default, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return output.Problem(ExitCode.NotFound, "NotFound", $"There is no file '{file}'.");
        }

        if (read.Package is { } package)
        {
            show(file, package, output);
            return ExitCode.Done;
        }

        ShowFaults(file, read.Faults, output);
        return ExitCode.ReleaseRefused;
    }

    private static void Verify(string file, ReleasePackage package, Output output)
    {
        var manifest = package.Manifest;
        if (output.IsJson)
        {
            output.Json(new(file, true, manifest.Component, manifest.Version.ToNormalizedString(), package.Digest, []), CliJson.Plain.VerifyAnswer);
            return;
        }

        output.Line($"{manifest.Component} {manifest.Version.ToNormalizedString()} is whole: {manifest.Files.Count} files, digest {package.Digest}.", new(Color.Green));
    }

    private static void Inspect(string file, ReleasePackage package, Output output)
    {
        if (output.IsJson)
        {
            using var manifest = JsonDocument.Parse(ManifestJson.Write(package.Manifest));
            output.Json(new(file, package.PackageId, package.Digest, manifest.RootElement), CliJson.Plain.InspectAnswer);
            return;
        }

        output.Table(["Manifest", ""], ManifestRows.Of(package));
        output.Table(["File", "Bytes", "SHA-256"], package.Manifest.Files.Select(ManifestRows.OfFile));
    }

    private static void ShowFaults(string file, IReadOnlyList<PackageFault> faults, Output output)
    {
        if (output.IsJson)
        {
            output.Json(new(file, false, null, null, null, faults), CliJson.Plain.VerifyAnswer);
            return;
        }

        output.Line($"{file} is not accepted.", new(Color.Red));
        output.Table(["Fault", "Where", "What", "Mend"], faults.Select(static fault => (IReadOnlyList<string>)[fault.Code.ToString(), fault.Place, fault.Message, fault.Mend]));
    }
}
