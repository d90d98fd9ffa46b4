using System.Text;

namespace Theseus.Samples.RateLimiter;

/// <summary>
/// From schema 1 to 2 and back, client by client, with nothing held in memory. There, each client's window is the one
/// that was common to all, and its burst is 0. Back, each client keeps what it used: rather too little is granted for
/// the rest of the window than too much.
/// </summary>
[StateMigration(1, 2)]
public sealed class FromCommonWindows : IReversibleStateMigration, IChangeMigration
{
    public ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        Convert(source, destination, cancellationToken, static (reader, writer, windowStart) =>
        {
            var name = reader.ReadString();
            StateFile.WriteClient(writer, name, new(reader.ReadInt64(), reader.ReadInt32(), windowStart, Burst: 0));
        });
        return ValueTask.CompletedTask;
    }

    // Changes have the form of a state.
    public ValueTask MigrateChangesAsync(Stream source, Stream destination, CancellationToken cancellationToken) =>
        MigrateAsync(source, destination, cancellationToken);

    public ValueTask UndoAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        Convert(source, destination, cancellationToken, static (reader, writer, _) =>
        {
            var (name, state) = StateFile.ReadClient(reader);
            writer.Write(name);
            writer.Write(state.Granted);
            writer.Write(state.Used);
        });
        return ValueTask.CompletedTask;
    }

    private static void Convert(
        Stream source, Stream destination, CancellationToken cancellationToken, Action<BinaryReader, BinaryWriter, long> convert)
    {
        using var reader = new BinaryReader(source, Encoding.UTF8, leaveOpen: true);
        using var writer = new BinaryWriter(destination, Encoding.UTF8, leaveOpen: true);
        var windowStart = reader.ReadInt64();
        var clients = reader.ReadInt32();
        writer.Write(windowStart);
        writer.Write(clients);
        for (var left = clients; left > 0; left--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            convert(reader, writer, windowStart);
        }
    }
}
