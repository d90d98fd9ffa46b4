using RabbitMQ.Client;

namespace Theseus.RabbitMq;

/// <summary>A queue, and how what is in it is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DeclareAsync">Declares it, where it is not there.</param>
/// <param name="Read">Reads a message by its type and body, which is not kept.</param>
/// <param name="SenderOf">The node that a message says it comes from; null where it comes from none.</param>
/// <param name="NewestFirst">Whether of several readers the newest gets what there is, as long as it keeps up.</param>
internal sealed record RabbitQueue<T>(string Name, Func<IChannel, CancellationToken, Task> DeclareAsync, RabbitRead<T> Read, Func<T, string>? SenderOf = null, bool NewestFirst = false);

/// <summary>Reads a message's body.</summary>
internal delegate T RabbitRead<out T>(string? type, ReadOnlySpan<byte> body);
