using System.Text;

namespace Theseus.Samples.RateLimiter;

/// <summary>What is known of a client.</summary>
/// <param name="Granted">The permits ever granted to it.</param>
/// <param name="Used">Those of them in its window.</param>
/// <param name="WindowStart">The start of its window, in UTC ticks.</param>
/// <param name="Burst">The permits it may take in its window beyond the limit, since it left them in the window before.</param>
internal readonly record struct Client(long Granted, int Used, long WindowStart, int Burst);

/// <summary>
/// Schema 2, little-endian: start of the newest window (UTC ticks, 8 bytes), number of clients (4), then for each, in
/// ordinal order: its name (UTF-8 behind its length in groups of 7 bits), granted (8), used (4), start of its window
/// (8), burst (4). Equal states are equal bytes.
/// </summary>
internal static class StateFile
{
    public static void Write(Stream destination, long newestWindow, KeyValuePair<string, Client>[] clients, CancellationToken cancellationToken)
    {
        Array.Sort(clients, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        using var writer = new BinaryWriter(destination, Encoding.UTF8, leaveOpen: true);
        writer.Write(newestWindow);
        writer.Write(clients.Length);
        foreach (var (name, state) in clients)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteClient(writer, name, state);
        }
    }

    /// <returns>The start of the newest window.</returns>
    public static long Read(Stream source, Action<string, Client> add, CancellationToken cancellationToken)
    {
        using var reader = new BinaryReader(source, Encoding.UTF8, leaveOpen: true);
        var newestWindow = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (name, state) = ReadClient(reader);
            add(name, state);
        }

        return newestWindow;
    }

    public static void WriteClient(BinaryWriter writer, string name, Client state)
    {
        writer.Write(name);
        writer.Write(state.Granted);
        writer.Write(state.Used);
        writer.Write(state.WindowStart);
        writer.Write(state.Burst);
    }

    public static (string Name, Client State) ReadClient(BinaryReader reader) =>
        (reader.ReadString(), new(reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32()));
}
