namespace Theseus.Packaging;

/// <summary>Compares the files that are there with those that the manifest lists.</summary>
internal static class FileChecks
{
    /// <param name="manifest">What should be there.</param>
    /// <param name="present">What is there.</param>
    /// <param name="contents">What the files are, as far as they could be read; why one could not was told already.</param>
    /// <param name="faults">Where faults are added.</param>
    public static void Compare(ReleaseManifest manifest, IReadOnlySet<string> present, IReadOnlyDictionary<string, EntryContent> contents, List<PackageFault> faults)
    {
        const string Mend = "Fetch the package again, or pack the component again.";
        var listed = manifest.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in present.Where(p => !listed.Contains(p)).Order(StringComparer.Ordinal))
            faults.Add(new(FaultCode.FileNotListed, ZipEntryChecks.Shown(path), "The manifest does not list it.", Mend));
        foreach (var file in manifest.Files)
        {
            if (!present.Contains(file.Path))
                faults.Add(new(FaultCode.FileMissing, file.Path, "The manifest lists it, and it is absent.", Mend));
            else if (contents.TryGetValue(file.Path, out var content))
            {
                if (content.Size != file.Size)
                    faults.Add(new(FaultCode.FileSizeWrong, file.Path, $"It has {content.Size} bytes; the manifest says {file.Size}.", Mend));
                if (content.Sha256 != file.Sha256)
                    faults.Add(new(FaultCode.FileDigestWrong, file.Path, $"Its digest is {content.Sha256}; the manifest says {file.Sha256}.", Mend));
            }
        }
    }
}
