using System.Security.Cryptography;

namespace Theseus.Packaging;

/// <summary>Checks a release that lies on disk against its digest, every byte of it.</summary>
internal static class FolderVerifier
{
    private const string Mend = "Remove the release from the store and add its package again.";

    public static async ValueTask<StoreResult> VerifyAsync(string folder, string component, string digest, PackageLimits limits, CancellationToken cancellationToken)
    {
        var faults = new List<PackageFault>();
        try
        {
            var release = await VerifyAsync(folder, component, digest, limits, faults, cancellationToken).ConfigureAwait(false);
            return faults.Count == 0 ? new(release, []) : new(null, faults);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new(FaultCode.DiskFailed, folder, e.Message, Mend));
            return new(null, faults);
        }
    }

    private static async ValueTask<VerifiedRelease?> VerifyAsync(string folder, string component, string digest, PackageLimits limits, List<PackageFault> faults, CancellationToken cancellationToken)
    {
        var manifestFile = new FileInfo(Path.Combine(folder, ReleaseManifest.FileName));
        if (!manifestFile.Exists || manifestFile.LinkTarget is not null)
        {
            faults.Add(new(FaultCode.ManifestMissing, ReleaseManifest.FileName, "It is absent, or a link.", Mend));
            return null;
        }

        if (manifestFile.Length > limits.MaxManifestBytes)
        {
            faults.Add(new(FaultCode.ManifestTooLarge, ReleaseManifest.FileName, $"It has more than {limits.MaxManifestBytes} bytes.", Mend));
            return null;
        }

        var bytes = await File.ReadAllBytesAsync(manifestFile.FullName, cancellationToken).ConfigureAwait(false);
        // What does not have the digest is somebody else's manifest: its own faults would mislead.
        if (ManifestJson.Digest(bytes) != digest)
        {
            faults.Add(new(FaultCode.FileDigestWrong, ReleaseManifest.FileName, "It is not the manifest that the release's digest is of.", Mend));
            return null;
        }

        var (manifest, manifestFaults) = ManifestJson.Read(bytes);
        faults.AddRange(manifestFaults);
        if (manifest is null)
            return null;
        if (manifest.Component != component)
            faults.Add(new(FaultCode.WrongRelease, ReleaseManifest.FileName, $"It is a release of '{manifest.Component}', not of '{component}'.", "Ask for the release by its own component."));
        var (present, contents) = await ReadFilesAsync(folder, manifest, faults, cancellationToken).ConfigureAwait(false);
        FileChecks.Compare(manifest, present, contents, faults);
        return new(manifest, digest, folder);
    }

    private static async ValueTask<(HashSet<string>, Dictionary<string, EntryContent>)> ReadFilesAsync(string folder, ReleaseManifest manifest, List<PackageFault> faults, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        var contents = new Dictionary<string, EntryContent>(StringComparer.Ordinal);
        var sizes = manifest.Files.ToDictionary(f => f.Path, f => f.Size, StringComparer.Ordinal);
        foreach (var item in ItemsOf(new DirectoryInfo(folder)))
        {
            var path = Path.GetRelativePath(folder, item.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (item.LinkTarget is not null)
                faults.Add(new(FaultCode.NotAFile, path, "It is a link.", Mend));
            else if (item is FileInfo file && path != ReleaseManifest.FileName)
            {
                present.Add(path);
                // One of another length needs no reading to be told.
                if (sizes.TryGetValue(path, out var size) && size == file.Length)
                    contents[path] = new(file.Length, await DigestAsync(file.FullName, cancellationToken).ConfigureAwait(false));
                else if (sizes.ContainsKey(path))
                    contents[path] = new(file.Length, "another");
            }
        }

        return (present, contents);
    }

    // Links are shown and not followed: they may lead out, or round in circles.
    private static IEnumerable<FileSystemInfo> ItemsOf(DirectoryInfo folder)
    {
        foreach (var item in folder.EnumerateFileSystemInfos())
        {
            yield return item;
            if (item is not DirectoryInfo { LinkTarget: null } sub)
                continue;
            foreach (var inner in ItemsOf(sub))
                yield return inner;
        }
    }

    private static async ValueTask<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }
}
