using System.Reflection;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>A call to warm a generation up with.</summary>
/// <param name="Name">Its name, for reports.</param>
/// <param name="Make">Makes it on the instance.</param>
internal sealed record NamedCall(string Name, Func<object, CancellationToken, ValueTask> Make);

/// <summary>Finds the calls to warm a generation up with.</summary>
internal static class WarmUpCalls
{
    /// <summary>The calls that the component declares for its contract.</summary>
    public static List<NamedCall> Declared(object instance, Type contract)
    {
        var warmUp = typeof(IWarmUp<>).MakeGenericType(contract);
        return warmUp.IsInstanceOfType(instance)
            ? (List<NamedCall>)typeof(WarmUpCalls)
                .GetMethod(nameof(DeclaredFor), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(contract)
                .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [instance], null)!
            : [];
    }

    /// <summary>A call that a caller made a moment ago.</summary>
    public static NamedCall Recent(CallCopy copy) =>
        new($"a recent {copy.Method.Name}", async (instance, token) => await copy.Replay(instance, token).ConfigureAwait(false));

    private static List<NamedCall> DeclaredFor<TContract>(object instance) where TContract : class =>
    [
        .. ((IWarmUp<TContract>)instance).WarmUpCalls.Select(
            call => new NamedCall(call.Name, (target, token) => call.Call((TContract)target, token))),
    ];
}
