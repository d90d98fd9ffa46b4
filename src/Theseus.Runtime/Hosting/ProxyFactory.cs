using System.Reflection;
using Theseus.Calls;

namespace Theseus.Runtime.Hosting;

/// <summary>Finds and makes the generated proxies of contracts.</summary>
internal static class ProxyFactory
{
    /// <summary>The proxy class of a contract: named by an attribute of the contract's assembly, or of another that asked for one.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Type FindProxyType(Type contract)
    {
        var definition = contract.IsGenericType ? contract.GetGenericTypeDefinition() : contract;
        var found = Find(contract.Assembly, definition)
            ?? AppDomain.CurrentDomain.GetAssemblies().Where(one => !one.IsDynamic).Select(one => Find(one, definition)).FirstOrDefault(one => one is not null)
            ?? throw new ArgumentException(
                $"There is no proxy for {contract}. Mark the interface with [Contract] and let its project reference Theseus.Abstractions, whose source generator makes the proxy; "
                + "for an interface of somebody else's assembly write [assembly: GenerateProxy(typeof(…))] in yours.");
        return contract.IsGenericType ? found.MakeGenericType(contract.GetGenericArguments()) : found;
    }

    public static ContractProxy Create(Type proxy, Slot slot) => (ContractProxy)Activator.CreateInstance(proxy, slot)!;

    private static Type? Find(Assembly assembly, Type definition) =>
        assembly.GetCustomAttributes<ContractProxyAttribute>().FirstOrDefault(one => one.Contract == definition)?.Proxy;
}
