using System.Diagnostics.CodeAnalysis;

namespace Theseus.Calls;

// Calls that return a stream: the lease is the stream's from then on, and is never on the fast way.
public static partial class RoutedCalls
{
    /// <summary>Makes a call that returns a stream.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key.</param>
    /// <param name="call">Calls the instance it is given.</param>
    public static Stream InvokeStream(Slot slot, ContractMethod method, RoutingKey key, Func<object, Stream?> call)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(call);
        var routed = slot.Begin(method, key);
        Stream? stream;
        try
        {
            stream = call(routed.Instance);
        }
        catch (Exception failure)
        {
            Leave(routed, failure);
            throw;
        }

        return LeaveWithStream(routed, stream)!;
    }

    /// <summary>Makes an asynchronous call that returns a stream.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key.</param>
    /// <param name="call">Calls the instance it is given, with the token it is given.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public static async ValueTask<Stream> InvokeStreamValueTask(
        Slot slot, ContractMethod method, RoutingKey key, Func<object, CancellationToken, ValueTask<Stream>> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(call);
        var routed = await slot.BeginAsync(method, key, cancellationToken).ConfigureAwait(false);
        ValueTask<Stream> task;
        try
        {
            task = call(routed.Instance, cancellationToken);
        }
        catch (Exception failure)
        {
            Leave(routed, failure);
            throw;
        }

        return await LeaveWithStream(routed, task).ConfigureAwait(false);
    }

    /// <inheritdoc cref="InvokeStreamValueTask"/>
    public static Task<Stream> InvokeStreamTask(
        Slot slot, ContractMethod method, RoutingKey key, Func<object, CancellationToken, Task<Stream>> call, CancellationToken cancellationToken) =>
        InvokeStreamValueTask(slot, method, key, (instance, token) => new(call(instance, token) ?? throw NullTask()), cancellationToken).AsTask();

    /// <summary>Hands the call's lease to the stream it returned; ends the call if it returned none.</summary>
    [return: NotNullIfNotNull(nameof(stream))]
    public static Stream? LeaveWithStream(RoutedCall routed, Stream? stream)
    {
        ArgumentNullException.ThrowIfNull(routed);
        if (stream is null)
        {
            Leave(routed, failure: null);
            return null;
        }

        Succeed(routed);
        return new LeasedStream(stream, routed);
    }

    /// <inheritdoc cref="LeaveWithStream(RoutedCall, Stream?)"/>
    public static async ValueTask<Stream> LeaveWithStream(RoutedCall routed, ValueTask<Stream> task)
    {
        Stream stream;
        try
        {
            stream = await task.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Leave(routed, failure);
            throw;
        }

        return LeaveWithStream(routed, stream);
    }

    /// <inheritdoc cref="LeaveWithStream(RoutedCall, Stream?)"/>
    public static Task<Stream> LeaveWithStream(RoutedCall routed, Task<Stream> task) =>
        LeaveWithStream(routed, new ValueTask<Stream>(task ?? Task.FromException<Stream>(NullTask()))).AsTask();
}
