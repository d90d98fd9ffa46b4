using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Theseus.Fleet;
using Theseus.Packaging;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Nodes;

namespace Theseus.Runtime;

/// <summary>Adds components to a host. Made by <c>AddTheseus</c>. Not thread-safe: used by one thread, before the host is built.</summary>
public sealed class TheseusBuilder
{
    private readonly ComponentRegistrations _registrations;

    internal TheseusBuilder(IServiceCollection services, ComponentRegistrations registrations)
    {
        Services = services;
        _registrations = registrations;
    }

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Adds a component: from now on <typeparamref name="TContract"/> can be injected anywhere in the host, and what is
    /// injected stays valid over all upgrades.
    /// </summary>
    /// <typeparam name="TContract">The contract: an interface marked with <see cref="ContractAttribute"/>.</typeparam>
    /// <param name="name">The component's name, as in its release's manifest.</param>
    /// <param name="configure">Sets the component's options, after configuration has.</param>
    /// <exception cref="ArgumentException">The name is taken, or not a component name; or there is no proxy for the contract.</exception>
    public TheseusBuilder AddComponent<TContract>(string name, Action<ComponentOptions>? configure = null) where TContract : class
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!ComponentName.IsValid(name))
        {
            throw new ArgumentException($"'{name}' is not a component's name; it has to be as in the release's manifest: {ComponentName.Rule}.", nameof(name));
        }

        var proxy = ProxyFactory.FindProxyType(typeof(TContract));
        _registrations.Add(new ComponentRegistration(name, typeof(TContract), proxy, configure));
        Services.TryAddSingleton(provider => (TContract)provider.GetRequiredService<ComponentHost>().GetProxy(name));
        Services.AddKeyedSingleton(name, (provider, _) => (TContract)provider.GetRequiredService<ComponentHost>().GetProxy(name));
        return this;
    }

    /// <summary>Adds a place where releases come from, after those that are configured.</summary>
    /// <param name="feed">A folder, or the address of a NuGet v3 service index.</param>
    public TheseusBuilder AddFeed(string feed)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(feed);
        Services.Configure<TheseusOptions>(options => options.Feeds.Add(feed));
        return this;
    }

    /// <summary>Makes the host a node: it carries out what the control plane asks for, and reports to it, as long as it runs.</summary>
    /// <param name="channel">Its end of the way to the control plane.</param>
    /// <param name="configure">Sets the node's options.</param>
    public TheseusBuilder JoinFleet(INodeChannel channel, Action<NodeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var options = new NodeOptions();
        configure?.Invoke(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Heartbeat, TimeSpan.Zero);
        Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<NodeService>(provider, channel, options));
        return this;
    }
}
