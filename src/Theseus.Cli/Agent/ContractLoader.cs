using System.Reflection;
using System.Runtime.Loader;
using Theseus.Runtime;

namespace Theseus.Cli.Agent;

/// <summary>
/// Loads the assemblies with contracts into the default context, where those of any host are: host and components share
/// them. They stay until the process ends. Not thread-safe.
/// </summary>
internal sealed class ContractLoader
{
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    public ContractLoader() => AssemblyLoadContext.Default.Resolving += FindBeside;

    /// <summary>Adds components to a host.</summary>
    /// <exception cref="AgentFaultException">A contract cannot be used; all of them that cannot are told.</exception>
    public void AddTo(TheseusBuilder theseus, IReadOnlyList<AgentComponent> components)
    {
        var faults = new List<string>();
        foreach (var component in components)
        {
            try
            {
                theseus.AddComponent(Load(component), component.Name);
            }
            catch (Exception fault) when (fault is ArgumentException or IOException or BadImageFormatException or UnauthorizedAccessException or TypeLoadException)
            {
                faults.Add($"{AgentFile.Section}:Components:{component.Name}: {Words(component, fault)}");
            }
        }

        if (faults.Count > 0)
        {
            throw new AgentFaultException(faults);
        }
    }

    private Type Load(AgentComponent component)
    {
        if (!File.Exists(component.Assembly))
        {
            throw new FileNotFoundException($"There is no file '{component.Assembly}'.");
        }

        _folders.Add(Path.GetDirectoryName(component.Assembly)!);
        var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(component.Assembly);
        var type = assembly.GetType(component.Contract, throwOnError: false);
        if (type is { IsInterface: true })
        {
            return type;
        }

        var contracts = assembly.GetExportedTypes().Where(one => one.IsInterface && one.IsDefined(typeof(ContractAttribute))).Select(one => one.FullName).Order(StringComparer.Ordinal).ToList();
        throw new ArgumentException(
            $"'{component.Assembly}' has no interface '{component.Contract}'. {(contracts.Count > 0 ? $"Its contracts are: {string.Join(", ", contracts)}." : "It has no contracts: interfaces marked with [Contract].")}");
    }

    private Assembly? FindBeside(AssemblyLoadContext context, AssemblyName name) => _folders
        .Select(folder => Path.Combine(folder, $"{name.Name}.dll"))
        .Where(File.Exists)
        .Select(context.LoadFromAssemblyPath)
        .FirstOrDefault();

    private static string Words(AgentComponent component, Exception fault) => fault switch
    {
        BadImageFormatException => $"'{component.Assembly}' is not a .NET assembly that this program can load.",
        FileLoadException => $"'{component.Assembly}' cannot be loaded: {fault.Message} It may have been built against another version of Theseus than this one.",
        _ => fault.Message,
    };
}
