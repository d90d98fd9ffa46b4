using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Relay;
using Theseus.Samples;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Theseus.Runtime.Live.Tests;

/// <summary>A real host with real releases: those that the build packed.</summary>
internal sealed class LiveHost : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly IHost _host;
    private readonly string? _ownFolder;

    private LiveHost(IHost host, LogWatch log, string folder, string? ownFolder)
    {
        _host = host;
        Log = log;
        Folder = folder;
        _ownFolder = ownFolder;
    }

    /// <summary>Where the build puts releases.</summary>
    public static string Releases { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases"));

    /// <summary>A swap without trial, and with deadlines for tests.</summary>
    public static SwapOptions Quick { get; } = new()
    {
        Trial = new() { Duration = TimeSpan.Zero },
        WarmUp = new() { Rounds = 2, LongestTime = TimeSpan.FromSeconds(5), LongestSettling = TimeSpan.Zero },
        Loading = LoadingMode.Collectible,
        RestBeforeStop = TimeSpan.Zero,
    };

    public string Folder { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>What the host logs.</summary>
    public LogWatch Log { get; }

    /// <summary>The host's configuration, to be changed while it runs.</summary>
    public IConfiguration Configuration => _host.Services.GetRequiredService<IConfiguration>();

    public HotSwapEngine Engine => _host.Services.GetRequiredService<HotSwapEngine>();

    public IMarkdownRenderer Markdown => _host.Services.GetRequiredService<IMarkdownRenderer>();

    public IRateLimiter Limiter => _host.Services.GetRequiredService<IRateLimiter>();

    public ISessionCounter Sessions => _host.Services.GetRequiredService<ISessionCounter>();

    public IScriptEvaluator Script => _host.Services.GetRequiredService<IScriptEvaluator>();

    public IRing Ring(string component) => _host.Services.GetRequiredKeyedService<IRing>(component);

    public IRelay Relay(string component) => _host.Services.GetRequiredKeyedService<IRelay>(component);

    /// <summary>Starts a host with the components that are asked for, each on release 1.0.0 unless its memory says otherwise.</summary>
    public static async Task<LiveHost> StartAsync(Action<TheseusBuilder> add, string? folder = null, string? feed = null, params (string Key, string Value)[] settings)
    {
        var own = folder is null ? Directory.CreateTempSubdirectory("theseus-live-").FullName : null;
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = folder ?? own });
        builder.Configuration.AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)));
        var log = new LogWatch();
        builder.Logging.AddProvider(log);
        var theseus = builder.AddTheseus(options =>
        {
            options.Feeds.Add(feed ?? Releases);
            options.ShutdownDeadline = TimeSpan.FromSeconds(2);
            options.WalkHeapWhenStuck = true;
        });
        add(theseus);
        var host = builder.Build();
        try
        {
            await host.StartAsync().WaitAsync(Deadline);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return new LiveHost(host, log, folder ?? own!, own);
    }

    /// <summary>Options of a component that begins with release 1.0.0.</summary>
    public static void FromOne(ComponentOptions options)
    {
        options.InitialVersion = "[1.0.0]";
        options.Loading = LoadingMode.Collectible;
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        if (_ownFolder is not null)
        {
            Directory.Delete(_ownFolder, recursive: true);
        }
    }
}
