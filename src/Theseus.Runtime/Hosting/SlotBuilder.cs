using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Routing;
using Theseus.Runtime.State;
using Theseus.Runtime.Swapping;

namespace Theseus.Runtime.Hosting;

/// <summary>Makes the slot, the proxy and the controller of a component that a host has added.</summary>
internal sealed class SlotBuilder(IServiceProvider services, ReleaseCatalog catalog, TimeProvider time, ISwapJournal journal, UnloadVerifier verifier, HeapWalker? walkWhenStuck, SnapshotFolder snapshots)
{
    private readonly SharedStates _states = new(services);
    private readonly ILoggerFactory _loggers = services.GetRequiredService<ILoggerFactory>();
    private readonly IConfiguration _configuration = services.GetService<IConfiguration>() ?? new ConfigurationBuilder().Build();

    public HostedComponent Build(ComponentRegistration registration)
    {
        var section = _configuration.GetSection($"{TheseusOptions.Section}:Components:{registration.Name}");
        var options = new ComponentOptions
        {
            Package = section[nameof(ComponentOptions.Package)],
            InitialVersion = section[nameof(ComponentOptions.InitialVersion)],
            Loading = section.GetValue(nameof(ComponentOptions.Loading), LoadingMode.Probation),
            Swap = section.GetSection(nameof(ComponentOptions.Swap)).Get<SwapOptions>() ?? new(),
        };
        registration.Configure?.Invoke(options);

        var slot = new ComponentSlot(registration.Name, time);
        var proxy = ProxyFactory.Create(registration.Proxy, slot);
        slot.SetMethods(proxy.ContractMethods);
        var setup = new SlotSetup
        {
            Component = registration.Name,
            Contract = registration.Contract,
            Time = time,
            Logger = _loggers.CreateLogger("Theseus.Runtime.Swapping"),
            Loading = options.Loading,
            WalkWhenStuck = walkWhenStuck,
            Snapshots = snapshots,
            FaultsOfAsync = async (release, cancellationToken) =>
                await catalog.GetStoredAsync(registration.Name, release.Digest, cancellationToken).ConfigureAwait(false) is { Release: null } lost ? lost.Problem : null,
            SurroundingsFor = (manifest, settings, onFault) => new ComponentSurroundings(
                _loggers,
                section.GetSection(ConfigurationKeys.Settings),
                ReleaseSettings.Read(settings ?? ""),
                time,
                _states.For(manifest, registration.Contract, options.SharedState),
                onFault),
        };
        return new HostedComponent(registration.Name, options.Package ?? registration.Name, options, proxy, new SlotController(setup, slot, journal, verifier));
    }
}
