using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Theseus.Runtime.Loading;

/// <summary>
/// The host's configuration as a component sees it. What the component registers for changes is registered here, not
/// with the host, and goes with the generation.
/// </summary>
internal sealed class GenerationConfiguration : IConfigurationSection, IDisposable
{
    private readonly IConfiguration _host;
    private readonly GenerationConfiguration _root;
    private readonly IConfigurationSection? _place;
    private readonly IDisposable? _overlay;
    private readonly IDisposable? _registration;
    private CancellationTokenSource _reload = new();

    /// <param name="host">The host's section.</param>
    /// <param name="overrides">Settings over those of the section.</param>
    public GenerationConfiguration(IConfiguration host, IReadOnlyDictionary<string, string> overrides)
    {
        _place = host as IConfigurationSection;
        _host = overrides.Count == 0 ? host : Overlay(host, overrides);
        _overlay = _host == host ? null : _host as IDisposable;
        _root = this;
        _registration = ChangeToken.OnChange(_host.GetReloadToken, Reload);
    }

    private GenerationConfiguration(IConfiguration host, GenerationConfiguration root)
    {
        _host = host;
        _place = host as IConfigurationSection;
        _root = root;
    }

    public string Key => _place?.Key ?? "";

    public string Path => _place?.Path ?? "";

    public string? Value
    {
        get => (_host as IConfigurationSection)?.Value;
        set
        {
            if (_host is IConfigurationSection section)
            {
                section.Value = value;
            }
        }
    }

    public string? this[string key]
    {
        get => _host[key];
        set => _host[key] = value;
    }

    public IConfigurationSection GetSection(string key) => new GenerationConfiguration(_host.GetSection(key), _root);

    public IEnumerable<IConfigurationSection> GetChildren() =>
        _host.GetChildren().Select(child => new GenerationConfiguration(child, _root));

    public IChangeToken GetReloadToken() => new CancellationChangeToken(Volatile.Read(ref _root._reload).Token);

    public void Dispose()
    {
        _registration?.Dispose();
        // It is registered for changes with the host, which outlives the generation.
        _overlay?.Dispose();
    }

    private static IConfiguration Overlay(IConfiguration host, IReadOnlyDictionary<string, string> overrides) => new ConfigurationBuilder()
        .AddConfiguration(host)
        .AddInMemoryCollection(overrides.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)))
        .Build();

    private void Reload()
    {
        // The new token is there before the old one fires: a callback that registers again waits for the next change.
        using var fired = Interlocked.Exchange(ref _reload, new CancellationTokenSource());
        fired.Cancel();
    }
}
