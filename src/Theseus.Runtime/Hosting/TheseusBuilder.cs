using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Theseus.Fleet;
using Theseus.Packaging;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Nodes;

namespace Theseus.Runtime;

/// <summary>Adds components to a host. Made by <c>AddTheseus</c>. Not thread-safe: used by one thread, before the host is built.</summary>
public sealed class TheseusBuilder
{
    /// <summary>Under which the host's channel is registered, beside whatever channels its other services have.</summary>
    private static readonly object s_fleet = new();

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
    public TheseusBuilder AddComponent<TContract>(string name, Action<ComponentOptions>? configure = null) where TContract : class => AddComponent(typeof(TContract), name, configure);

    /// <summary>Adds a component whose contract is known only at run time; otherwise as <see cref="AddComponent{TContract}"/>.</summary>
    /// <param name="contract">The contract: an interface marked with <see cref="ContractAttribute"/>.</param>
    /// <param name="name">The component's name, as in its release's manifest.</param>
    /// <param name="configure">Sets the component's options, after configuration has.</param>
    /// <exception cref="ArgumentException">The name is taken, or not a component name; or there is no proxy for the contract.</exception>
    public TheseusBuilder AddComponent(Type contract, string name, Action<ComponentOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!ComponentName.IsValid(name))
        {
            throw new ArgumentException($"'{name}' is not a component's name; it has to be as in the release's manifest: {ComponentName.Rule}.", nameof(name));
        }

        var proxy = ProxyFactory.FindProxyType(contract);
        _registrations.Add(new ComponentRegistration(name, contract, proxy, configure));
        Services.TryAdd(ServiceDescriptor.Singleton(contract, provider => provider.GetRequiredService<ComponentHost>().GetProxy(name)));
        Services.AddKeyedSingleton(contract, name, (provider, _) => provider.GetRequiredService<ComponentHost>().GetProxy(name));
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
    /// <param name="channel">Its end of the way to the control plane. It stays the caller's, who disposes of it after the host.</param>
    /// <param name="configure">Sets the node's options, after the configuration section <c>Theseus:Node</c> has.</param>
    /// <exception cref="InvalidOperationException">The host has joined a fleet already.</exception>
    public TheseusBuilder JoinFleet(INodeChannel channel, Action<NodeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        Join(configure);
        Services.AddKeyedSingleton(s_fleet, channel);
        return this;
    }

    /// <summary>
    /// Makes the host a node, by a channel that is made when the host starts: from its configuration, for instance. The
    /// options of the node are the section <c>Theseus:Node</c>, then <paramref name="configure"/>; all that is wrong with them
    /// is told when the host starts, before the channel is made.
    /// </summary>
    /// <param name="connect">
    /// Makes the host's end of the way to the control plane; called once, with the host's services and the node's options.
    /// It should not wait for whoever is at the other end. The host disposes of what it returns, after it has stopped.
    /// </param>
    /// <param name="configure">Sets the node's options in code.</param>
    /// <exception cref="InvalidOperationException">The host has joined a fleet already.</exception>
    public TheseusBuilder JoinFleet(Func<IServiceProvider, NodeOptions, INodeChannel> connect, Action<NodeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connect);
        Join(configure);
        Services.AddKeyedSingleton(s_fleet, (provider, _) => connect(provider, provider.GetRequiredService<IOptions<NodeOptions>>().Value)
            ?? throw new InvalidOperationException("The function that JoinFleet was given made no channel."));
        return this;
    }

    private void Join(Action<NodeOptions>? configure)
    {
        if (Services.Any(one => one.IsKeyedService && ReferenceEquals(one.ServiceKey, s_fleet)))
        {
            throw new InvalidOperationException("JoinFleet was called twice: a host is one node of one fleet.");
        }

        var options = Services.AddOptions<NodeOptions>().BindConfiguration(NodeOptions.Section).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NodeOptions>, NodeOptionsValidator>());
        // The options first: without a channel, where they cannot be used.
        Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<NodeService>(
            provider, provider.GetRequiredService<IOptions<NodeOptions>>().Value, provider.GetRequiredKeyedService<INodeChannel>(s_fleet)));
    }
}
