namespace Theseus.Packaging;

/// <summary>How large a package may be. What a package says of its own sizes is never trusted: bytes are counted while they are read. Immutable.</summary>
public sealed record PackageLimits
{
    /// <summary>The default limits.</summary>
    public static PackageLimits Default { get; } = new();

    /// <summary>The package's length in bytes: 256 MiB by default.</summary>
    public long MaxPackageBytes { get; init => field = Positive(value); } = 256L << 20;

    /// <summary>One inflated entry's length in bytes: 128 MiB by default.</summary>
    public long MaxEntryBytes { get; init => field = Positive(value); } = 128L << 20;

    /// <summary>The length of all inflated entries in bytes: 512 MiB by default.</summary>
    public long MaxTotalBytes { get; init => field = Positive(value); } = 512L << 20;

    /// <summary>The number of entries: 4,096 by default.</summary>
    public int MaxEntries { get; init => field = (int)Positive(value); } = 4096;

    /// <summary>The manifest's length in bytes: 1 MiB by default.</summary>
    public int MaxManifestBytes { get; init => field = (int)Positive(value); } = 1 << 20;

    /// <summary>How many times longer than compressed an inflated entry may be: 200 by default. Entries of up to 1 MiB are exempt.</summary>
    public int MaxCompressionRatio { get; init => field = (int)Positive(value); } = 200;

    /// <summary>Entries up to this length, in bytes, may have any compression ratio.</summary>
    internal const int RatioFloorBytes = 1 << 20;

    private static long Positive(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return value;
    }
}
