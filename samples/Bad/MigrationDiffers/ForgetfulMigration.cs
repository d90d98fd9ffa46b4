using System.Text;

namespace Theseus.Samples.RateLimiter;

[StateMigration(1, 2)]
public sealed class ForgetfulMigration : IReversibleStateMigration
{
    public ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        using var reader = new BinaryReader(source, Encoding.UTF8, leaveOpen: true);
        using var writer = new BinaryWriter(destination, Encoding.UTF8, leaveOpen: true);
        var windowStart = reader.ReadInt64();
        var clients = reader.ReadInt32();
        writer.Write(windowStart);
        writer.Write(clients);
        for (var left = clients; left > 0; left--)
        {
            var name = reader.ReadString();
            StateFile.WriteClient(writer, name, new(reader.ReadInt64(), reader.ReadInt32(), windowStart, Burst: 0));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask UndoAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        using var reader = new BinaryReader(source, Encoding.UTF8, leaveOpen: true);
        using var writer = new BinaryWriter(destination, Encoding.UTF8, leaveOpen: true);
        writer.Write(reader.ReadInt64());
        var clients = reader.ReadInt32();
        writer.Write(clients);
        for (var left = clients; left > 0; left--)
        {
            var (name, state) = StateFile.ReadClient(reader);
            writer.Write(name);
            writer.Write(state.Granted);
            writer.Write(0);
        }

        return ValueTask.CompletedTask;
    }
}
