using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Theseus.Packaging.Tests.Reading;

/// <summary>One entry, every field of which may lie.</summary>
internal sealed record RawEntry(string Name, byte[] Content)
{
    public byte[]? Compressed { get; init; }

    public ushort Flags { get; init; }

    public ushort Method { get; init; } = 8;

    public uint? Crc { get; init; }

    public uint? Size { get; init; }

    public string? LocalName { get; init; }

    public int Mode { get; init; } = 0x81A4;

    /// <summary>Points the directory at the entry of this name instead of at its own bytes.</summary>
    public string? BytesOf { get; init; }
}

/// <summary>Writes zip archives that no honest writer would.</summary>
internal static class RawZip
{
    public static List<RawEntry> Read(byte[] package)
    {
        using var zip = new ZipArchive(new MemoryStream(package));
        return [.. zip.Entries.Select(e => new RawEntry(e.FullName, Bytes(e)))];
    }

    public static byte[] Write(IEnumerable<RawEntry> entries)
    {
        var all = entries.ToList();
        var archive = new MemoryStream();
        var directory = new MemoryStream();
        var offsets = new Dictionary<string, uint>();
        foreach (var entry in all)
        {
            var data = entry.Compressed ?? (entry.Method == 8 ? Deflate(entry.Content) : entry.Content);
            var name = Encoding.Latin1.GetBytes(entry.Name);
            var local = Encoding.Latin1.GetBytes(entry.LocalName ?? entry.Name);
            var offset = (uint)archive.Position;
            if (entry.BytesOf is null)
            {
                var header = new byte[30].AsSpan();
                BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
                Common(header[4..], entry, data.Length, local.Length);
                archive.Write(header);
                archive.Write(local);
                archive.Write(data);
            }
            else
            {
                offset = offsets[entry.BytesOf];
            }

            offsets.TryAdd(entry.Name, offset);
            var central = new byte[46].AsSpan();
            BinaryPrimitives.WriteUInt32LittleEndian(central, 0x02014b50);
            BinaryPrimitives.WriteUInt16LittleEndian(central[4..], 0x0314);
            Common(central[6..], entry, data.Length, name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(central[38..], (uint)entry.Mode << 16);
            BinaryPrimitives.WriteUInt32LittleEndian(central[42..], offset);
            directory.Write(central);
            directory.Write(name);
        }

        var start = (uint)archive.Position;
        archive.Write(directory.ToArray());
        Span<byte> end = stackalloc byte[22];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)all.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)all.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], start);
        archive.Write(end);
        return archive.ToArray();
    }

    public static byte[] Deflate(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(content);
        return compressed.ToArray();
    }

    // The fields that local and central headers share, from 'version needed' on.
    private static void Common(Span<byte> header, RawEntry entry, int compressedSize, int nameLength)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, 20);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], entry.Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], entry.Method);
        BinaryPrimitives.WriteUInt32LittleEndian(header[10..], entry.Crc ?? Checksum(entry.Content));
        BinaryPrimitives.WriteUInt32LittleEndian(header[14..], (uint)compressedSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[18..], entry.Size ?? (uint)entry.Content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)nameLength);
    }

    // Bit by bit, unlike the product's own.
    private static uint Checksum(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var b in content)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
