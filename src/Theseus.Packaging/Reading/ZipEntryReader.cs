using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Theseus.Packaging;

/// <summary>What an entry's bytes really are.</summary>
internal readonly record struct EntryContent(long Size, string Sha256);

/// <summary>
/// Inflates entries and counts what really comes out. What the headers claim is compared with that afterwards, and
/// never relied on.
/// </summary>
internal sealed class ZipEntryReader(Stream stream, PackageLimits limits, List<PackageFault> faults)
{
    private const string FetchAgain = "Fetch or pack the package again.";
    private const uint LocalSignature = 0x04034b50;
    private readonly byte[] _buffer = new byte[81920];
    private long _total;
    private bool _totalTold;

    /// <summary>Inflates one entry into a destination, or only checks it. Null if it has a fault, which is added.</summary>
    public async ValueTask<EntryContent?> ReadAsync(ZipEntry entry, long limit, Stream? destination, CancellationToken cancellationToken)
    {
        var place = ZipEntryChecks.Shown(entry.Name);
        // Nothing within the limit deflates to so much more than itself: the rest is padding, and would be read for nothing.
        if (entry.CompressedSize > limit + limit / 100 + 1024)
        {
            faults.Add(TooLong(entry, limit, place));
            return null;
        }

        if (!await PositionAsync(entry, place, cancellationToken).ConfigureAwait(false))
            return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var crc = Crc32.Start();
        var size = 0L;
        var source = new BoundedStream(stream, entry.CompressedSize);
        Stream content = entry.Method == 8 ? new DeflateStream(source, CompressionMode.Decompress, leaveOpen: true) : source;
        await using (content.ConfigureAwait(false))
        {
            while (true)
            {
                int read;
                try
                {
                    read = await content.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
                }
                catch (InvalidDataException)
                {
                    return Damaged(place, "It cannot be inflated.");
                }

                if (read == 0)
                    break;
                size += read;
                _total += read;
                if (Exceeds(entry, size, limit, place))
                    return null;
                crc.Add(_buffer.AsSpan(0, read));
                hash.AppendData(_buffer, 0, read);
                if (destination is not null)
                    await destination.WriteAsync(_buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }

        if (size != entry.Size)
            return Damaged(place, $"It has {size} bytes; the directory says {entry.Size}.");
        if (crc.Value != entry.Crc)
            return Damaged(place, "Its checksum is not the one that the directory says.");
        return new(size, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private bool Exceeds(ZipEntry entry, long size, long limit, string place)
    {
        if (size > PackageLimits.RatioFloorBytes && size > entry.CompressedSize * limits.MaxCompressionRatio)
        {
            faults.Add(new(FaultCode.RatioTooHigh, place, $"It grows more than {limits.MaxCompressionRatio} times when it is inflated.", "Do not use this package, or raise the limit if its author explains the file."));
            return true;
        }

        if (size > limit)
        {
            faults.Add(TooLong(entry, limit, place));
            return true;
        }

        if (_total <= limits.MaxTotalBytes)
            return false;
        if (!_totalTold)
            faults.Add(new(FaultCode.TotalTooLarge, "package", $"Its files have more than {limits.MaxTotalBytes} bytes together.", "Pack fewer or smaller files, or raise the limit."));
        _totalTold = true;
        return true;
    }

    private PackageFault TooLong(ZipEntry entry, long limit, string place) => limit == limits.MaxManifestBytes && entry.Name == ReleaseManifest.FileName
        ? new(FaultCode.ManifestTooLarge, place, $"It has more than {limit} bytes.", "Pack fewer files, or raise the limit.")
        : new(FaultCode.EntryTooLarge, place, $"It has more than {limit} bytes.", "Make the file smaller, or raise the limit.");

    // Two readers may disagree about an archive whose local headers differ from its directory.
    private async ValueTask<bool> PositionAsync(ZipEntry entry, string place, CancellationToken cancellationToken)
    {
        var header = new byte[30 + entry.RawName.Length];
        var read = await ZipDirectory.ReadAtAsync(stream, entry.Offset, header, cancellationToken).ConfigureAwait(false);
        if (read < header.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature
            || BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8)) != entry.Method
            || BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) != entry.RawName.Length
            || !header.AsSpan(30).SequenceEqual(entry.RawName))
        {
            Damaged(place, "Its local header differs from the directory.");
            return false;
        }

        stream.Position = entry.Offset + header.Length + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        return true;
    }

    private EntryContent? Damaged(string place, string message)
    {
        faults.Add(new(FaultCode.EntryDamaged, place, message, FetchAgain));
        return null;
    }
}
