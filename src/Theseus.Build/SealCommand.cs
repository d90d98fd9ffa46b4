using Theseus.Packaging;

namespace Theseus.Build;

/// <summary>Seals the package that 'dotnet pack' just wrote. Faults are told in MSBuild's own form.</summary>
internal static class SealCommand
{
    public static int Run(string responseFile, TextWriter output, TextWriter errors)
    {
        SealResponse response;
        SealResult result;
        try
        {
            response = SealResponse.Read(responseFile);
            result = ReleaseSealer.Seal(response.ToRequest());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or BadImageFormatException)
        {
            errors.WriteLine($"{responseFile} : error THS3018: The package cannot be sealed: {e.Message}");
            return 1;
        }

        foreach (var fault in result.Faults)
            errors.WriteLine($"{response.Origin} : error {fault.Code}: {fault.Message}");
        if (result.IsOrdinary && response.IsRequired)
            errors.WriteLine($"{response.Origin} : error THS3000: No class is marked with [Component], and the project says TheseusComponent=true.");
        if (result.IsOrdinary && !response.IsRequired)
            return 0;
        if (result.Release is not { } release || !IsAccepted(release, response, errors))
        {
            // What is not a release must not be taken for one.
            File.Delete(response.Package);
            return 1;
        }

        Replace(response.Package, release.Package);
        output.WriteLine($"Theseus: {release.Manifest.Component} {release.Manifest.Version} -> {response.Package} ({release.Digest[..12]})");
        return 0;
    }

    // What is written here must be what a host accepts.
    private static bool IsAccepted(BuiltRelease release, SealResponse response, TextWriter errors)
    {
        using var stream = new MemoryStream(release.Package.ToArray(), writable: false);
        var reading = ReleasePackage.ReadAsync(stream, PackageLimits.Default, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        foreach (var fault in reading.Faults)
            errors.WriteLine($"{response.Origin} : error THS3017: A host would refuse the release. {fault}");
        return reading.Package is not null;
    }

    // A watcher of the folder sees the old package or the new one, never a part.
    private static void Replace(string path, ReadOnlyMemory<byte> content)
    {
        var temporary = path + ".sealing";
        File.WriteAllBytes(temporary, content.Span);
        File.Move(temporary, path, overwrite: true);
    }
}
