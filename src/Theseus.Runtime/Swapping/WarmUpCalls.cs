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
    /// <summary>How many calls a component may declare: each is made dozens of times, while an operator waits.</summary>
    public const int MostDeclared = 1000;

    /// <summary>
    /// The calls that the component declares for its contract, or as many of them as show that there are more than
    /// <see cref="MostDeclared"/>. Runs the component's code.
    /// </summary>
    public static List<NamedCall> Declared(object instance, Type contract, CancellationToken cancellationToken)
    {
        var warmUp = typeof(IWarmUp<>).MakeGenericType(contract);
        return warmUp.IsInstanceOfType(instance)
            ? (List<NamedCall>)typeof(WarmUpCalls)
                .GetMethod(nameof(DeclaredFor), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(contract)
                .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [instance, cancellationToken], null)!
            : [];
    }

    /// <summary>A call that a caller made a moment ago.</summary>
    public static NamedCall Recent(CallCopy copy) =>
        new($"a recent {copy.Method.Name}", async (instance, token) => await copy.Replay(instance, token).ConfigureAwait(false));

    private static List<NamedCall> DeclaredFor<TContract>(object instance, CancellationToken cancellationToken) where TContract : class
    {
        var calls = new List<NamedCall>();
        foreach (var call in ((IWarmUp<TContract>)instance).WarmUpCalls)
        {
            // An iterator may go on for ever, and even when nobody waits for it any more.
            cancellationToken.ThrowIfCancellationRequested();
            calls.Add(new NamedCall(call.Name, (target, token) => call.Call((TContract)target, token)));
            if (calls.Count > MostDeclared)
            {
                break;
            }
        }

        return calls;
    }
}
