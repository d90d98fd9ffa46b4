namespace Theseus.Packaging;

/// <summary>The kinds of faults of a package. The numbers are stable; <c>docs/reference/packaging.md</c> describes each.</summary>
public enum FaultCode
{
    /// <summary>The bytes are not those of a zip archive.</summary>
    NotAPackage = 100,

    /// <summary>It begins as a zip archive and has no end.</summary>
    Truncated = 101,

    /// <summary>The archive's directory contradicts itself.</summary>
    DirectoryDamaged = 102,

    /// <summary>An entry cannot be inflated, or its length, checksum or local header differs from what the directory says.</summary>
    EntryDamaged = 103,

    /// <summary>An entry is encrypted, or compressed in a way that packages do not use.</summary>
    EntryUnsupported = 104,

    /// <summary>Two entries use the same bytes of the archive.</summary>
    EntriesOverlap = 105,

    /// <summary>The package is larger than the limit.</summary>
    PackageTooLarge = 120,

    /// <summary>An entry is larger than the limit.</summary>
    EntryTooLarge = 121,

    /// <summary>All entries together are larger than the limit.</summary>
    TotalTooLarge = 122,

    /// <summary>There are more entries than the limit.</summary>
    TooManyEntries = 123,

    /// <summary>An entry grows more than the limit when it is inflated: a zip bomb.</summary>
    RatioTooHigh = 124,

    /// <summary>An entry's name leads out of the package.</summary>
    PathEscapes = 140,

    /// <summary>An entry's name is not portable.</summary>
    PathInvalid = 141,

    /// <summary>An entry is not a plain file: a link, a folder or a device.</summary>
    NotAFile = 142,

    /// <summary>Two entries have the same name, or names that differ only in case, or one is a folder of the other.</summary>
    DuplicateEntry = 143,

    /// <summary>There is no <c>theseus.json</c>.</summary>
    ManifestMissing = 160,

    /// <summary>The manifest is larger than the limit.</summary>
    ManifestTooLarge = 161,

    /// <summary>The manifest is not a JSON object.</summary>
    ManifestMalformed = 162,

    /// <summary>The manifest has a form that this version does not read.</summary>
    ManifestFormatUnknown = 163,

    /// <summary>A member of the manifest is missing.</summary>
    MemberMissing = 164,

    /// <summary>A member of the manifest is not known.</summary>
    MemberUnknown = 165,

    /// <summary>A member of the manifest is there twice.</summary>
    MemberDuplicate = 166,

    /// <summary>A member of the manifest has a value that it may not have.</summary>
    MemberInvalid = 167,

    /// <summary>There is no nuspec, or more than one, or it cannot be read.</summary>
    NuspecInvalid = 180,

    /// <summary>The nuspec's id is not that of its file name.</summary>
    PackageIdMismatch = 181,

    /// <summary>The nuspec's version is not that of the manifest.</summary>
    PackageVersionMismatch = 182,

    /// <summary>The manifest's entry assembly is not in the package.</summary>
    EntryAssemblyMissing = 200,

    /// <summary>The entry assembly is not a managed assembly.</summary>
    EntryAssemblyNotManaged = 201,

    /// <summary>The entry assembly does not declare the entry type.</summary>
    EntryTypeMissing = 202,

    /// <summary>A file of the package is not listed in the manifest.</summary>
    FileNotListed = 220,

    /// <summary>A file that the manifest lists is absent.</summary>
    FileMissing = 221,

    /// <summary>A file has another length than the manifest says.</summary>
    FileSizeWrong = 222,

    /// <summary>A file has another content than the manifest says.</summary>
    FileDigestWrong = 223,

    /// <summary>The release is not the one that was asked for.</summary>
    WrongRelease = 240,

    /// <summary>A file could not be read from, or written to, the disk.</summary>
    DiskFailed = 241,
}
