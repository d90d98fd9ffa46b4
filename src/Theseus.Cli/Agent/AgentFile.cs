using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Theseus.Cli.Agent;

/// <summary>An agent's configuration could not be used: all that is wrong with it, a sentence each.</summary>
internal sealed class AgentFaultException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults));

/// <summary>Reads the file that says what an agent is.</summary>
internal static class AgentFile
{
    /// <summary>The section that is the agent's own, beside <c>Theseus</c>, which is that of any host.</summary>
    public const string Section = "Agent";

    private const string Components = "Components";
    private static readonly string[] s_sections = ["Theseus", Section];

    /// <summary>Adds the file, and then the environment, to a configuration.</summary>
    /// <exception cref="AgentFaultException">It cannot be read, or has what nobody reads.</exception>
    public static void Add(IConfigurationManager configuration, string path)
    {
        try
        {
            // A copy alone shows what stands in the file: the environment has much that is not for us.
            var file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(File.ReadAllBytes(path))).Build();
            var unknown = file.GetChildren().Where(one => !s_sections.Contains(one.Key, StringComparer.OrdinalIgnoreCase))
                .Select(one => $"'{path}' has a section '{one.Key}', which nothing reads; there are: {string.Join(", ", s_sections)}.").ToList();
            if (unknown.Count > 0)
            {
                throw new AgentFaultException(unknown);
            }

            configuration.AddInMemoryCollection(file.AsEnumerable());
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AgentFaultException([$"There is no file '{path}'. Write one (docs/reference/cli.md has an example), or name it by --config."]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AgentFaultException([$"'{path}' cannot be read: {failure.Message}"]);
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            throw new AgentFaultException([$"'{path}' is not JSON that can be read: {failure.InnerException?.Message ?? failure.Message}"]);
        }

        configuration.AddEnvironmentVariables();
    }

    /// <summary>The components that it names, each with its contract's type and the path of that one's assembly.</summary>
    /// <exception cref="AgentFaultException">Something is missing, or is there that nobody reads.</exception>
    public static IReadOnlyList<AgentComponent> ReadComponents(IConfiguration configuration, string folder)
    {
        var (section, faults, found) = (configuration.GetSection(Section), new List<string>(), new List<AgentComponent>());
        faults.AddRange(section.GetChildren().Where(one => !Is(one.Key, Components)).Select(one => $"{one.Path} is not a key; there is: {Components}."));
        foreach (var component in section.GetSection(Components).GetChildren())
        {
            faults.AddRange(component.GetChildren()
                .Where(one => !Is(one.Key, nameof(AgentComponent.Contract)) && !Is(one.Key, nameof(AgentComponent.Assembly)))
                .Select(one => $"{one.Path} is not a key; there are: {nameof(AgentComponent.Assembly)}, {nameof(AgentComponent.Contract)}. What a host knows of a component stands in Theseus:Components:{component.Key}."));
            var (contract, assembly) = (component[nameof(AgentComponent.Contract)], component[nameof(AgentComponent.Assembly)]);
            if (string.IsNullOrWhiteSpace(contract))
            {
                faults.Add($"{component.Path}:{nameof(AgentComponent.Contract)} is missing; it is the contract's full name, like Shop.IGreeter.");
            }

            if (string.IsNullOrWhiteSpace(assembly))
            {
                faults.Add($"{component.Path}:{nameof(AgentComponent.Assembly)} is missing; it is the path of the assembly that has the contract and its proxy.");
            }

            found.Add(new AgentComponent(component.Key, contract ?? "", Path.GetFullPath(assembly is { Length: > 0 } ? assembly : ".", folder)));
        }

        if (found.Count == 0)
        {
            faults.Add($"{Section}:{Components} names no component, so there is nothing to run.");
        }

        return faults.Count == 0 ? found : throw new AgentFaultException(faults);
    }

    private static bool Is(string key, string name) => string.Equals(key, name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A component of an agent.</summary>
/// <param name="Name">Its name, as in its release's manifest.</param>
/// <param name="Contract">Its contract's full name.</param>
/// <param name="Assembly">The path of the assembly that has the contract and its proxy.</param>
internal sealed record AgentComponent(string Name, string Contract, string Assembly);
