using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>
/// Sequences that hold their lease until they end. The component is called when the enumeration begins, so a sequence
/// that is never enumerated holds nothing; each enumeration is a call of its own.
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
        var routed = await slot.BeginAsync(method, key, cancellationToken.CanBeCanceled ? cancellationToken : callToken).ConfigureAwait(false);
        try
        {
            var enumerator = Open(routed, call, callToken, cancellationToken);
            await using (enumerator.ConfigureAwait(false))
            {
                while (await Next(routed, enumerator).ConfigureAwait(false))
                {
                    yield return enumerator.Current;
                }
            }

            routed.Succeed();
        }
        finally
        {
            routed.End();
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
        var routed = slot.Begin(method, key);
        try
        {
            using var enumerator = Open(routed, call);
            while (Next(routed, enumerator))
            {
                yield return enumerator.Current;
            }

            routed.Succeed();
        }
        finally
        {
            routed.End();
        }
    }

    private static IAsyncEnumerator<T> Open<T>(
        RoutedCall routed, Func<object, CancellationToken, IAsyncEnumerable<T>> call, CancellationToken callToken, CancellationToken cancellationToken)
    {
        try
        {
            return call(routed.Instance, callToken).GetAsyncEnumerator(cancellationToken);
        }
        catch (Exception failure)
        {
            routed.Fail(failure);
            throw;
        }
    }

    private static IEnumerator<T> Open<T>(RoutedCall routed, Func<object, IEnumerable<T>> call)
    {
        try
        {
            return call(routed.Instance).GetEnumerator();
        }
        catch (Exception failure)
        {
            routed.Fail(failure);
            throw;
        }
    }

    private static async ValueTask<bool> Next<T>(RoutedCall routed, IAsyncEnumerator<T> enumerator)
    {
        try
        {
            return await enumerator.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            routed.Fail(failure);
            throw;
        }
    }

    private static bool Next<T>(RoutedCall routed, IEnumerator<T> enumerator)
    {
        try
        {
            return enumerator.MoveNext();
        }
        catch (Exception failure)
        {
            routed.Fail(failure);
            throw;
        }
    }
}
