namespace Theseus.Packaging;

/// <summary>Looks at the entry assembly, without loading it.</summary>
internal static class EntryChecks
{
    /// <param name="manifest">The manifest.</param>
    /// <param name="present">The files that are there.</param>
    /// <param name="assembly">The entry assembly's bytes; null if they could not be read.</param>
    /// <param name="faults">Where faults are added.</param>
    public static void Check(ReleaseManifest manifest, IReadOnlySet<string> present, byte[]? assembly, List<PackageFault> faults)
    {
        var entry = manifest.Entry;
        if (!present.Contains(entry.Assembly))
            faults.Add(new(FaultCode.EntryAssemblyMissing, entry.Assembly, "It is the entry assembly, and it is absent.", "Pack the component again."));
        if (assembly is null)
            return;
        using var image = AssemblyImage.TryRead(assembly);
        if (image is null)
            faults.Add(new(FaultCode.EntryAssemblyNotManaged, entry.Assembly, "It is not a managed assembly.", "Pack the component again."));
        else if (!image.Declares(entry.Type))
            faults.Add(new(FaultCode.EntryTypeMissing, entry.Assembly, $"It does not declare '{entry.Type}'.", "Pack the component again."));
    }
}
