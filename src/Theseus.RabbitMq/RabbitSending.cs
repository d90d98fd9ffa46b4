using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>A message on its way out.</summary>
/// <param name="Exchange">Where to; empty for the queue that the routing key names.</param>
/// <param name="RoutingKey">Where to from there.</param>
/// <param name="Message">The message.</param>
/// <param name="IsKept">Whether it outlives a restart of the broker, and has to reach a queue.</param>
internal sealed record RabbitSending(string Exchange, string RoutingKey, WireMessage Message, bool IsKept)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Over when the broker has it, or has not.</summary>
    public Task Done => _done.Task;

    public void Succeed() => _done.TrySetResult();

    public void Fail(string cause, Exception? inner = null)
    {
        _done.TrySetException(new Fleet.ChannelUnavailableException(cause, inner));
        // Whoever gave up waiting for it does not look.
        _ = _done.Task.Exception;
    }

    /// <summary>For the log.</summary>
    public string Target => Exchange.Length > 0 ? Exchange : RoutingKey;
}
