using NuGet.Versioning;
using Theseus.Packaging;
using Theseus.Testing;

namespace Theseus.Control.Tests.Components;

internal static class Parts
{
    public static ComponentContract Contract { get; } = new("Shop.IPrices", "Shop.Contract", new(1, 0, 0));

    public static ComponentDescriptor Of(string name, params string[] needs) => new()
    {
        Name = name,
        Contract = Contract,
        Dependencies = [.. needs.Select(need => new ComponentDependency(need, VersionRange.Parse("1.0.0")))],
    };

    public static NuGetVersion V(string version) => NuGetVersion.Parse(version);

    public static Task<ComponentRegistry> OpenAsync(IComponentStore store, TimeProvider? time = null) =>
        ComponentRegistry.OpenAsync(store, time ?? new ManualTimeProvider(), CancellationToken.None);

    public static async Task<ComponentRegistry> WithAsync(params ComponentDescriptor[] components)
    {
        var registry = await OpenAsync(new MemoryStore());
        foreach (var component in components)
            Assert.True((await registry.RegisterAsync(component, "Test.", CancellationToken.None)).IsDone);
        return registry;
    }
}
