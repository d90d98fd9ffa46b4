namespace Theseus.Calls;

// Asynchronous calls.
public static partial class RoutedCalls
{
    /// <summary>Makes an asynchronous call whose arguments can be kept.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key.</param>
    /// <param name="call">Calls the instance it is given, with the token it is given in place of the caller's; may be called twice if the method is idempotent.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public static async ValueTask<T> InvokeValueTask<T>(
        Slot slot, ContractMethod method, RoutingKey key, Func<object, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(call);
        var routed = await slot.BeginAsync(method, key, cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = await AnswerAsync(routed, call, cancellationToken).ConfigureAwait(false);
            Succeed(routed);
            if (method.IsIdempotent)
            {
                Copy(routed, async (target, token) => await call(target, token).ConfigureAwait(false), answer);
            }

            return answer;
        }
        finally
        {
            routed.End();
        }
    }

    /// <inheritdoc cref="InvokeValueTask{T}"/>
    public static async ValueTask InvokeValueTask(
        Slot slot, ContractMethod method, RoutingKey key, Func<object, CancellationToken, ValueTask> call, CancellationToken cancellationToken) =>
        await InvokeValueTask<object?>(slot, method, key, async (instance, token) =>
        {
            await call(instance, token).ConfigureAwait(false);
            return null;
        }, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc cref="InvokeValueTask{T}"/>
    public static Task<T> InvokeTask<T>(
        Slot slot, ContractMethod method, RoutingKey key, Func<object, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        InvokeValueTask<T>(slot, method, key, (instance, token) => new(call(instance, token) ?? throw NullTask()), cancellationToken).AsTask();

    /// <inheritdoc cref="InvokeValueTask{T}"/>
    public static Task InvokeTask(
        Slot slot, ContractMethod method, RoutingKey key, Func<object, CancellationToken, Task> call, CancellationToken cancellationToken) =>
        InvokeValueTask(slot, method, key, (instance, token) => new(call(instance, token) ?? throw NullTask()), cancellationToken).AsTask();

    /// <summary>Waits for a task that the proxy got itself, then tells how the call went and ends it.</summary>
    public static async Task LeaveAfter(RoutedCall routed, Task task) => await LeaveAfter(routed, Awaited(new ValueTask(task ?? Task.FromException(NullTask())))).ConfigureAwait(false);

    /// <inheritdoc cref="LeaveAfter(RoutedCall, Task)"/>
    public static async Task<T> LeaveAfter<T>(RoutedCall routed, Task<T> task) => await LeaveAfter(routed, new ValueTask<T>(task ?? Task.FromException<T>(NullTask()))).ConfigureAwait(false);

    /// <inheritdoc cref="LeaveAfter(RoutedCall, Task)"/>
    public static async ValueTask LeaveAfter(RoutedCall routed, ValueTask task) => await LeaveAfter(routed, Awaited(task)).ConfigureAwait(false);

    /// <inheritdoc cref="LeaveAfter(RoutedCall, Task)"/>
    public static async ValueTask<T> LeaveAfter<T>(RoutedCall routed, ValueTask<T> task)
    {
        Exception? failure = null;
        try
        {
            return await task.ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown;
            throw;
        }
        finally
        {
            Leave(routed, failure);
        }
    }

    private static async ValueTask<T> AnswerAsync<T>(
        RoutedCall routed, Func<object, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(routed.Instance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!IsCallersOwn(failure, cancellationToken) && routed.CanShield(failure))
        {
            routed.Shield(failure);
        }
        catch (Exception failure)
        {
            Fail(routed, failure);
            throw;
        }

        // From here on the call's lease is on the stable generation.
        try
        {
            return await call(routed.Instance, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Fail(routed, failure);
            throw;
        }
    }

    // A call that its caller gave up is not worth a second answer.
    private static bool IsCallersOwn(Exception failure, CancellationToken cancellationToken) =>
        failure is OperationCanceledException && cancellationToken.IsCancellationRequested;

    private static async ValueTask<object?> Awaited(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return null;
    }

    private static InvalidOperationException NullTask() => new("The component returned null in the place of a task.");
}
