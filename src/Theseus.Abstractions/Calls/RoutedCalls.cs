using System.ComponentModel;

namespace Theseus.Calls;

/// <summary>
/// Makes calls on the routed way, for generated proxies: in one place, the order in which a call is begun, made,
/// shielded, counted, copied and ended.
/// </summary>
/// <remarks>
/// A call is ended exactly once. What the host does besides (counting, copying) never changes what the caller gets.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class RoutedCalls
{
    /// <summary>Makes a synchronous call whose arguments can be kept.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="method">The method.</param>
    /// <param name="key">The call's routing key.</param>
    /// <param name="call">Calls the instance it is given, with the token it is given in place of the caller's; may be called twice if the method is idempotent.</param>
    /// <param name="cancellationToken">The caller's token; the default if the method takes none.</param>
    public static T Invoke<T>(Slot slot, ContractMethod method, RoutingKey key, Func<object, CancellationToken, T> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(call);
        var routed = slot.Begin(method, key);
        try
        {
            var answer = Answer(routed, call, cancellationToken);
            Succeed(routed);
            if (method.IsIdempotent)
            {
                Copy(routed, (target, token) => new ValueTask<object?>(call(target, token)), answer);
            }

            return answer;
        }
        finally
        {
            routed.End();
        }
    }

    /// <inheritdoc cref="Invoke{T}"/>
    public static void Invoke(Slot slot, ContractMethod method, RoutingKey key, Action<object, CancellationToken> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        Invoke<object?>(
            slot,
            method,
            key,
            (instance, token) =>
            {
                call(instance, token);
                return null;
            },
            cancellationToken);
    }

    /// <summary>Tells how a call went that the proxy made itself, and ends it.</summary>
    /// <param name="routed">The call.</param>
    /// <param name="failure">What was thrown; null if the call was answered.</param>
    public static void Leave(RoutedCall routed, Exception? failure)
    {
        ArgumentNullException.ThrowIfNull(routed);
        try
        {
            if (failure is null)
            {
                Succeed(routed);
            }
            else
            {
                Fail(routed, failure);
            }
        }
        finally
        {
            routed.End();
        }
    }

    private static T Answer<T>(RoutedCall routed, Func<object, CancellationToken, T> call, CancellationToken cancellationToken)
    {
        try
        {
            return call(routed.Instance, cancellationToken);
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
            return call(routed.Instance, cancellationToken);
        }
        catch (Exception failure)
        {
            Fail(routed, failure);
            throw;
        }
    }

    // The three below catch everything: a fault in the host's own book-keeping must not take an answer from its caller,
    // nor put another exception in the place of the component's.
    private static void Succeed(RoutedCall routed)
    {
        try
        {
            routed.Succeed();
        }
        catch (Exception)
        {
        }
    }

    private static void Fail(RoutedCall routed, Exception failure)
    {
        try
        {
            routed.Fail(failure);
        }
        catch (Exception)
        {
        }
    }

    private static void Copy(RoutedCall routed, Func<object, CancellationToken, ValueTask<object?>> replay, object? answer)
    {
        try
        {
            if (routed.WantsCopy)
            {
                routed.Copy(replay, answer);
            }
        }
        catch (Exception)
        {
        }
    }
}
