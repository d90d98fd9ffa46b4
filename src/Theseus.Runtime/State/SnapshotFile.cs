using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Theseus.Runtime.State;

/// <summary>One kept state as a file: a line of JSON that says what it is, its parts, and the SHA-256 digest of all that stands before.</summary>
internal static class SnapshotFile
{
    private const int BlockSize = 64 << 10;
    private const int LongestHead = 64 << 10;

    /// <summary>Writes all that a file holds.</summary>
    public static void Write(Stream file, KeptSnapshot head, StateSnapshot snapshot, CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Put([.. JsonSerializer.SerializeToUtf8Bytes(head, SnapshotJson.Default.KeptSnapshot), (byte)'\n']);
        var block = new byte[BlockSize];
        foreach (var part in snapshot.Changes.Prepend(snapshot.State))
        {
            for (long position = 0; position < part.Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = part.Read(position, block);
                Put(block.AsSpan(0, read));
                position += read;
            }
        }

        file.Write(digest.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            digest.AppendData(bytes);
            file.Write(bytes);
        }
    }

    /// <summary>Reads what a file says of itself, and believes it.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static KeptSnapshot ReadHead(string path)
    {
        using var file = File.OpenRead(path);
        return ReadHead(file, out _);
    }

    /// <summary>Reads a whole file. What it gives is what was written, or nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes of state that are read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">It is damaged, or too large.</exception>
    public static (KeptSnapshot Head, StateSnapshot Snapshot) Read(string path, long limit, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        var head = ReadHead(file, out var line);
        if (head.Bytes > limit)
        {
            throw new InvalidDataException($"it holds {head.Bytes} bytes of state, and {limit} are the limit ({nameof(StateOptions)}.{nameof(StateOptions.SizeLimit)})");
        }

        if (file.Length != line.Length + head.Bytes + SHA256.HashSizeInBytes)
        {
            throw new InvalidDataException($"it has {file.Length} bytes, and should have {line.Length + head.Bytes + SHA256.HashSizeInBytes}");
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(line);
        var parts = new List<StateBytes>();
        try
        {
            foreach (var length in head.Parts)
            {
                parts.Add(ReadPart(file, length, digest, cancellationToken));
            }

            Span<byte> said = stackalloc byte[SHA256.HashSizeInBytes];
            file.ReadExactly(said);
            if (!said.SequenceEqual(digest.GetHashAndReset()))
            {
                throw new InvalidDataException("its bytes are not those that were written");
            }
        }
        catch
        {
            parts.ForEach(static part => part.Dispose());
            throw;
        }

        return (head, new StateSnapshot(head.Schema, parts[0], parts[1..]));
    }

    private static StateBytes ReadPart(FileStream file, long length, IncrementalHash digest, CancellationToken cancellationToken)
    {
        var part = new StateBytes(length);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (part.Length < length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var bytes = block.AsSpan(0, (int)Math.Min(BlockSize, length - part.Length));
                file.ReadExactly(bytes);
                digest.AppendData(bytes);
                part.Append(bytes);
            }

            part.Close();
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static KeptSnapshot ReadHead(FileStream file, out byte[] line)
    {
        var start = new byte[(int)Math.Min(LongestHead, file.Length)];
        file.ReadExactly(start);
        var end = Array.IndexOf(start, (byte)'\n');
        line = end < 0 ? throw new InvalidDataException("it has no head") : start[..(end + 1)];
        file.Position = line.Length;
        KeptSnapshot? head;
        try
        {
            head = JsonSerializer.Deserialize(line, SnapshotJson.Default.KeptSnapshot);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"its head cannot be read: {fault.Message}");
        }

        return head switch
        {
            { Format: > KeptSnapshot.NewestFormat } => throw new InvalidDataException("it was written by a newer host"),
            { Parts.Count: > 0 } when head.Parts.All(static length => length >= 0) => head,
            _ => throw new InvalidDataException("its head does not say what it holds"),
        };
    }
}
