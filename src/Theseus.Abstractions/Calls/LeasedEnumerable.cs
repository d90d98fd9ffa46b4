using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// Sequences that hold their lease until they end, are disposed, or are collected because they were forgotten. The
/// component is called when the enumeration begins, so a sequence that is never enumerated holds nothing; each
/// enumeration is a call of its own. One that its caller breaks off has neither succeeded nor failed.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LeasedEnumerable
{
    /// <summary>An asynchronous stream.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key.</param>
    /// <param name="call">Calls the component: the instance, and the token to pass where the method takes one.</param>
    /// <param name="callToken">The token that the caller passed to the method itself.</param>
    /// <param name="cancellationToken">The enumeration's token.</param>
    public static async IAsyncEnumerable<T> Async<T>(
        Slot slot,
        ContractMethod method,
        RoutingKey key,
        Func<object, CancellationToken, IAsyncEnumerable<T>> call,
        CancellationToken callToken,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(call);
        var held = new HeldCall(await BeginAsync(slot, method, key, callToken, cancellationToken).ConfigureAwait(false));
        try
        {
            var enumerator = Guard(held, (call, held.Instance, callToken, cancellationToken), static on =>
                on.call(on.Instance, on.callToken).GetAsyncEnumerator(on.cancellationToken));
            try
            {
                while (await GuardAsync(held, enumerator, static on => on.MoveNextAsync()).ConfigureAwait(false))
                {
                    yield return Guard(held, enumerator, static on => on.Current);
                }
            }
            finally
            {
                await GuardAsync(held, enumerator, static async on =>
                {
                    await on.DisposeAsync().ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            }

            held.Succeed();
        }
        finally
        {
            held.LetGo();
        }
    }

    /// <summary>A lazy sequence.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key.</param>
    /// <param name="call">Calls the component on the instance it is given.</param>
    public static IEnumerable<T> Sync<T>(Slot slot, ContractMethod method, RoutingKey key, Func<object, IEnumerable<T>> call)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(call);
        var held = new HeldCall(slot.Begin(method, key));
        try
        {
            var enumerator = Guard(held, (call, held.Instance), static on => on.call(on.Instance).GetEnumerator());
            try
            {
                while (Guard(held, enumerator, static on => on.MoveNext()))
                {
                    yield return Guard(held, enumerator, static on => on.Current);
                }
            }
            finally
            {
                Guard(held, enumerator, static on =>
                {
                    on.Dispose();
                    return true;
                });
            }

            held.Succeed();
        }
        finally
        {
            held.LetGo();
        }
    }

    // Callers may be held back: then either token ends the wait.
    private static async ValueTask<RoutedCall> BeginAsync(
        Slot slot, ContractMethod method, RoutingKey key, CancellationToken callToken, CancellationToken cancellationToken)
    {
        if (callToken == cancellationToken || !callToken.CanBeCanceled || !cancellationToken.CanBeCanceled)
        {
            var only = cancellationToken.CanBeCanceled ? cancellationToken : callToken;
            return await slot.BeginAsync(method, key, only).ConfigureAwait(false);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(callToken, cancellationToken);
        return await slot.BeginAsync(method, key, either.Token).ConfigureAwait(false);
    }

    private static TResult Guard<TOn, TResult>(HeldCall held, TOn on, Func<TOn, TResult> step)
    {
        try
        {
            return step(on);
        }
        catch (Exception failure)
        {
            held.Fail(failure);
            throw;
        }
    }

    private static async ValueTask<TResult> GuardAsync<TOn, TResult>(HeldCall held, TOn on, Func<TOn, ValueTask<TResult>> step)
    {
        try
        {
            return await step(on).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            held.Fail(failure);
            throw;
        }
    }
}
