namespace Theseus.Runtime.Hosting;

/// <summary>A component that a host has added.</summary>
internal sealed record ComponentRegistration(string Name, Type Contract, Type Proxy, Action<ComponentOptions>? Configure);

/// <summary>The components that a host has added, while it is being built.</summary>
internal sealed class ComponentRegistrations
{
    private readonly List<ComponentRegistration> _all = [];

    public IReadOnlyList<ComponentRegistration> All => _all;

    public void Add(ComponentRegistration registration)
    {
        if (_all.Any(one => one.Name == registration.Name))
        {
            throw new ArgumentException($"The component '{registration.Name}' has been added already; give the second one another name.", nameof(registration));
        }

        _all.Add(registration);
    }
}
