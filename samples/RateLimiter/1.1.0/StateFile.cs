using System.Text;

namespace Theseus.Samples.RateLimiter;

/// <summary>What is known of a client.</summary>
/// <param name="Granted">The permits ever granted to it.</param>
/// <param name="Used">Those of them in the window of its last grant.</param>
/// <param name="WindowStart">The start of that window, in UTC ticks.</param>
internal readonly record struct Client(long Granted, int Used, long WindowStart)
{
    /// <summary>The permits used in a window: none, if the last grant was in an earlier one.</summary>
    public int UsedIn(long windowStart) => WindowStart == windowStart ? Used : 0;
}

/// <summary>
/// Schema 1, little-endian: start of the newest window (UTC ticks, 8 bytes), number of clients (4), then for each, in
/// ordinal order: its name (UTF-8 behind its length in groups of 7 bits), granted (8), used in the newest window (4).
/// Equal states are equal bytes.
/// </summary>
internal static class StateFile
{
    public static void Write(Stream destination, long windowStart, KeyValuePair<string, Client>[] clients, CancellationToken cancellationToken)
    {
        Array.Sort(clients, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        using var writer = new BinaryWriter(destination, Encoding.UTF8, leaveOpen: true);
        writer.Write(windowStart);
        writer.Write(clients.Length);
        foreach (var (name, state) in clients)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Write(name);
            writer.Write(state.Granted);
            writer.Write(state.UsedIn(windowStart));
        }
    }

    /// <returns>The start of the newest window.</returns>
    public static long Read(Stream source, Action<string, Client> add, CancellationToken cancellationToken)
    {
        using var reader = new BinaryReader(source, Encoding.UTF8, leaveOpen: true);
        var windowStart = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            add(reader.ReadString(), new Client(reader.ReadInt64(), reader.ReadInt32(), windowStart));
        }

        return windowStart;
    }
}
