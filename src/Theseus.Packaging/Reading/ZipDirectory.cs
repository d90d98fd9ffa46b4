using System.Buffers.Binary;
using System.Text;

namespace Theseus.Packaging;

/// <summary>One entry as the archive's directory tells it: claims, to be checked against the entry's bytes.</summary>
internal sealed record ZipEntry(string Name, byte[] RawName, ushort Flags, ushort Method, uint Crc, long CompressedSize, long Size, long Offset, int UnixMode, uint Attributes);

/// <summary>
/// Reads a zip archive's directory, strictly: one disk, no comment, no bytes after its end, no 64-bit sizes, which no
/// package within the limits needs. One archive then has one meaning, whoever reads it.
/// </summary>
/// <remarks>The format is described in APPNOTE.TXT, sections 4.3.12 and 4.3.16.</remarks>
internal static class ZipDirectory
{
    private const uint EntrySignature = 0x04034b50;
    private const uint HeaderSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;
    private const int EndLength = 22;
    private const int HeaderLength = 46;
    private const string Package = "package";
    private const string FetchAgain = "Fetch or pack it again.";

    /// <summary>The end of the bytes that belong to entries, and the entries; null if there is a fault that leaves nothing to look at.</summary>
    public static async ValueTask<(long End, List<ZipEntry> Entries)?> ReadAsync(Stream stream, PackageLimits limits, List<PackageFault> faults, CancellationToken cancellationToken)
    {
        var length = stream.Length;
        if (length > limits.MaxPackageBytes)
        {
            faults.Add(new(FaultCode.PackageTooLarge, Package, $"It has {length} bytes; the limit is {limits.MaxPackageBytes}.", "Make it smaller, or raise the limit."));
            return null;
        }

        var first = new byte[4];
        if (length < 4 || await ReadAtAsync(stream, 0, first, cancellationToken).ConfigureAwait(false) < 4
            || BinaryPrimitives.ReadUInt32LittleEndian(first) is not (EntrySignature or EndSignature))
        {
            faults.Add(length is > 0 and < 4
                ? new(FaultCode.Truncated, Package, "It ends before its first entry.", FetchAgain)
                : new(FaultCode.NotAPackage, Package, "It does not begin as a zip archive does.", "Check that it is a .nupkg."));
            return null;
        }

        var end = new byte[EndLength];
        if (length < EndLength || await ReadAtAsync(stream, length - EndLength, end, cancellationToken).ConfigureAwait(false) < EndLength
            || BinaryPrimitives.ReadUInt32LittleEndian(end) != EndSignature)
        {
            faults.Add(new(FaultCode.Truncated, Package, "It does not end with a zip archive's end record.", FetchAgain));
            return null;
        }

        return await ReadHeadersAsync(stream, end, limits, faults, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<(long, List<ZipEntry>)?> ReadHeadersAsync(Stream stream, byte[] end, PackageLimits limits, List<PackageFault> faults, CancellationToken cancellationToken)
    {
        var disks = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(4));
        var countHere = BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(8));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(10));
        var size = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(12));
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(16));
        var comment = BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(20));
        if (disks != 0 || countHere != count || comment != 0 || offset + (long)size != stream.Length - EndLength)
        {
            faults.Add(new(FaultCode.DirectoryDamaged, Package, "The end record does not fit the archive.", FetchAgain));
            return null;
        }

        if (count > limits.MaxEntries)
        {
            faults.Add(new(FaultCode.TooManyEntries, Package, $"It has {count} entries; the limit is {limits.MaxEntries}.", "Pack fewer files, or raise the limit."));
            return null;
        }

        // A header holds at most 46 bytes and three fields of 65,535; names and extras of honest packages are far shorter.
        if (size > HeaderLength * (long)count + 1024L * count)
        {
            faults.Add(new(FaultCode.DirectoryDamaged, Package, "Its directory is far larger than its entries need.", FetchAgain));
            return null;
        }

        var headers = new byte[size];
        if (await ReadAtAsync(stream, offset, headers, cancellationToken).ConfigureAwait(false) < headers.Length)
        {
            faults.Add(new(FaultCode.Truncated, Package, "It ends within its directory.", FetchAgain));
            return null;
        }

        var entries = new List<ZipEntry>(count);
        var at = 0;
        while (at < headers.Length && entries.Count < count && ReadHeader(headers.AsSpan(at)) is var (entry, length))
        {
            entries.Add(entry);
            at += length;
        }

        if (at != headers.Length || entries.Count != count)
        {
            faults.Add(new(FaultCode.DirectoryDamaged, Package, $"Its directory should tell of {count} entries and tells of {entries.Count}.", FetchAgain));
            return null;
        }

        return (offset, entries);
    }

    private static (ZipEntry Entry, int Length)? ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(header) != HeaderSignature)
            return null;
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var length = HeaderLength + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        if (header.Length < length)
            return null;
        var rawName = header.Slice(HeaderLength, nameLength).ToArray();
        var attributes = BinaryPrimitives.ReadUInt32LittleEndian(header[38..]);
        return (new(
            Encoding.Latin1.GetString(rawName),
            rawName,
            Flags: BinaryPrimitives.ReadUInt16LittleEndian(header[8..]),
            Method: BinaryPrimitives.ReadUInt16LittleEndian(header[10..]),
            Crc: BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
            CompressedSize: BinaryPrimitives.ReadUInt32LittleEndian(header[20..]),
            Size: BinaryPrimitives.ReadUInt32LittleEndian(header[24..]),
            Offset: BinaryPrimitives.ReadUInt32LittleEndian(header[42..]),
            UnixMode: (int)(attributes >> 16),
            Attributes: attributes & 0xFFFF), length);
    }

    internal static async ValueTask<int> ReadAtAsync(Stream stream, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        stream.Position = offset;
        return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
    }
}
