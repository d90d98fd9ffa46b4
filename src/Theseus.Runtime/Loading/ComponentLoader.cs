using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Runtime.Loading;

/// <summary>Loads a release beside whatever runs and makes its component. Nothing of it is called yet but its constructor.</summary>
internal static class ComponentLoader
{
    private static readonly TimeSpan _cleanUpTime = TimeSpan.FromSeconds(5);

    /// <summary>Loads and constructs. Blocks for as long as the component's constructor does: give it a thread of its own.</summary>
    /// <exception cref="ComponentLoadException">It could not be loaded.</exception>
    public static LoadedComponent Load(LoadRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var manifest = request.Release.Manifest;
        var shared = new SharedAssemblies(manifest, request.Contract.Assembly);
        CheckContract(request);
        CheckShared(request.Release, shared);
        var context = new ComponentContext(manifest.Component, manifest.Version.ToNormalizedString(), request.Surroundings);
        var component = new LoadedComponent(request, new ComponentLoadContext(request.Release, shared, request.Collectible), context);
        try
        {
            IsolatedFlow.Run(() => component.Construct(request, context));
            return component;
        }
        catch (ComponentLoadException e)
        {
            using var deadline = new CancellationTokenSource(_cleanUpTime, request.Surroundings.Time);
            component.ReleaseAsync(deadline.Token).GetAwaiter().GetResult();
            throw new ComponentLoadException(e.Reason, e.Detail, e.InnerException) { Remains = component.BeginUnload() };
        }
    }

    private static void CheckContract(LoadRequest request)
    {
        var (release, contract) = (request.Release, request.Contract);
        var declared = release.Manifest.Contract;
        var assembly = contract.Assembly.GetName();
        if (declared.Type != contract.FullName || declared.Assembly != assembly.Name)
        {
            throw new ComponentLoadException(LoadFailure.ContractNotImplemented,
                $"{release} implements '{declared.Type}' of '{declared.Assembly}'; the slot's contract is '{contract.FullName}' of '{assembly.Name}'.");
        }

        var version = assembly.Version ?? new Version(0, 0);
        if (!declared.Range.Satisfies(new NuGetVersion(version.Major, version.Minor, Math.Max(0, version.Build), Math.Max(0, version.Revision))))
        {
            throw new ComponentLoadException(LoadFailure.ContractVersionMismatch,
                $"{release} works with '{declared.Assembly}' {declared.Range.PrettyPrint()}; the host has {version}.");
        }
    }

    private static void CheckShared(VerifiedRelease release, SharedAssemblies shared)
    {
        if (shared.MissingOf(release.Manifest) is { Count: > 0 } missing)
        {
            throw new ComponentLoadException(LoadFailure.SharedAssemblyMissing,
                $"{release} shares assemblies that the host lacks: {string.Join("; ", missing)}.");
        }
    }

    private static void Construct(this LoadedComponent component, LoadRequest request, ComponentContext context)
    {
        var entry = request.Release.Manifest.Entry;
        var type = LoadErrors.Translate($"loading '{entry.Type}'", component, LoadFailure.EntryTypeNotFound, () => FindEntry(component, request));
        var services = LoadErrors.Translate($"{nameof(IComponentServices.ConfigureServices)} of '{entry.Type}'", component,
            LoadFailure.ConfigureServicesThrew, () => Services(type, request.Surroundings.SharedState, context));
        LoadErrors.Translate($"constructing '{entry.Type}'", component, LoadFailure.ConstructorThrew, () =>
        {
            var container = services.BuildServiceProvider(validateScopes: true);
            component.SetContainer(container);
            component.SetInstance(container.GetRequiredService(type));
            return true;
        });
    }

    private static Type FindEntry(LoadedComponent component, LoadRequest request)
    {
        var assembly = component.LoadEntry();
        var name = request.Release.Manifest.Entry.Type;
        var type = assembly.GetType(name) ?? throw new ComponentLoadException(
            LoadFailure.EntryTypeNotFound, $"{request.Release} has no type '{name}' in '{assembly.GetName().Name}'.");
        if (type.IsAbstract || type.ContainsGenericParameters || !type.IsClass)
        {
            throw new ComponentLoadException(LoadFailure.EntryTypeNotFound, $"'{name}' of {request.Release} is not a class that can be constructed.");
        }

        return request.Contract.IsAssignableFrom(type) ? type : throw new ComponentLoadException(
            LoadFailure.ContractNotImplemented, $"'{name}' of {request.Release} does not implement '{request.Contract.FullName}'.");
    }

    private static ServiceCollection Services(Type entry, object? sharedState, ComponentContext context)
    {
        var services = new ServiceCollection();
        // Given as instances, so that the container does not dispose them.
        services.AddSingleton<IComponentContext>(context);
        services.AddSingleton(context.LoggerFactory);
        services.AddSingleton(context.Configuration);
        services.AddSingleton(context.Time);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        if (sharedState is not null)
        {
            services.AddSingleton(sharedState.GetType(), sharedState);
        }

        if (typeof(IComponentServices).IsAssignableFrom(entry))
        {
            typeof(ComponentLoader).GetMethod(nameof(Configure), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(entry)
                .CreateDelegate<Action<IServiceCollection, IComponentContext>>()(services, context);
        }

        services.TryAddSingleton(entry);
        return services;
    }

    // A static abstract member can be called only through a type argument.
    private static void Configure<TEntry>(IServiceCollection services, IComponentContext context) where TEntry : IComponentServices =>
        TEntry.ConfigureServices(services, context);
}
