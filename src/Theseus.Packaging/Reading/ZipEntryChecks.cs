namespace Theseus.Packaging;

/// <summary>What the directory alone shows of its entries: names, kinds, claims that contradict each other.</summary>
internal static class ZipEntryChecks
{
    private const string Repack = "Pack the component again.";
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const uint DosFolder = 0x10;
    private const int LocalHeaderLength = 30;
    private const ushort Encrypted = 0x1 | 0x40 | 0x2000;

    /// <summary>Adds the faults of entries; gives those whose bytes may be looked at.</summary>
    public static List<ZipEntry> Check(IReadOnlyList<ZipEntry> entries, long end, PackageLimits limits, List<PackageFault> faults)
    {
        var sound = new List<ZipEntry>(entries.Count);
        foreach (var entry in entries)
        {
            if (CheckOne(entry, end, limits, faults))
                sound.Add(entry);
        }

        foreach (var (name, other) in EntryName.Conflicts([.. entries.Select(e => e.Name)]))
            faults.Add(new(FaultCode.DuplicateEntry, Shown(name), $"'{Shown(other)}' is there too, which is the same file, or its folder, on some systems.", Repack));
        var overlapping = Overlapping(entries).ToHashSet();
        foreach (var entry in overlapping)
            faults.Add(new(FaultCode.EntriesOverlap, Shown(entry.Name), "Its bytes are also those of another entry.", "Do not use this package: it was made to mislead."));
        sound.RemoveAll(overlapping.Contains);
        return sound;
    }

    /// <summary>A name fit to be printed.</summary>
    public static string Shown(string name) => string.Concat(name.Take(260).Select(c => c is < ' ' or > '~' ? $"\\u{(int)c:x4}" : c.ToString()));

    private static bool CheckOne(ZipEntry entry, long end, PackageLimits limits, List<PackageFault> faults)
    {
        var before = faults.Count;
        var place = Shown(entry.Name);
        var isFolder = entry.Name.EndsWith('/') || (entry.Attributes & DosFolder) != 0;
        var type = entry.UnixMode & FileTypeMask;
        if (isFolder || type is not (0 or RegularFile))
            faults.Add(new(FaultCode.NotAFile, place, isFolder ? "It is a folder." : $"Its mode is {Convert.ToString(entry.UnixMode, 8)}: a link or a device.", Repack));
        if (EntryName.Check(isFolder ? entry.Name.TrimEnd('/') : entry.Name) is { } fault)
            faults.Add(new(fault.Code, place, fault.Message, "Rename the file and pack the component again."));
        if ((entry.Flags & Encrypted) != 0)
            faults.Add(new(FaultCode.EntryUnsupported, place, "It is encrypted.", Repack));
        if (entry.Method is not (0 or 8))
            faults.Add(new(FaultCode.EntryUnsupported, place, $"It is compressed by method {entry.Method}; packages use 0 and 8.", Repack));
        if (entry.Size == uint.MaxValue || entry.CompressedSize == uint.MaxValue || entry.Offset == uint.MaxValue)
            faults.Add(new(FaultCode.EntryUnsupported, place, "It has 64-bit sizes.", Repack));
        else if (entry.Size > limits.MaxEntryBytes)
            faults.Add(new(FaultCode.EntryTooLarge, place, $"It has {entry.Size} bytes; the limit is {limits.MaxEntryBytes}.", "Make the file smaller, or raise the limit."));
        else if (entry.Offset + LocalHeaderLength + entry.RawName.Length + entry.CompressedSize > end)
            faults.Add(new(FaultCode.EntryDamaged, place, "Its bytes would lie outside the archive.", "Fetch or pack the package again."));
        return faults.Count == before;
    }

    private static IEnumerable<ZipEntry> Overlapping(IReadOnlyList<ZipEntry> entries)
    {
        var reached = 0L;
        foreach (var entry in entries.OrderBy(e => e.Offset))
        {
            if (entry.Offset < reached)
                yield return entry;
            reached = Math.Max(reached, entry.Offset + LocalHeaderLength + entry.RawName.Length + entry.CompressedSize);
        }
    }
}
