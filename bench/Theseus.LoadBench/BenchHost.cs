using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Theseus.Runtime;

namespace Theseus.LoadBench;

/// <summary>A real host with the releases that the build packed, its memory in a folder of its own.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly IHost _host;
    private readonly string _folder;

    private BenchHost(IHost host, string folder) => (_host, _folder) = (host, folder);

    public HotSwapEngine Engine => _host.Services.GetRequiredService<HotSwapEngine>();

    /// <summary>A swap without a trial, in unloadable form: the figures are of the swap itself.</summary>
    public static SwapOptions WithoutTrial { get; } = new()
    {
        Loading = LoadingMode.Collectible,
        Trial = new() { Duration = TimeSpan.Zero },
        RestBeforeStop = TimeSpan.Zero,
    };

    public static async Task<BenchHost> StartAsync(Action<TheseusBuilder> add, Dictionary<string, string?>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-bench-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = folder });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        add(builder.AddTheseus(options => options.Feeds.Add(Path.Combine(ResultsFile.Repository, "artifacts", "releases"))));
        var host = builder.Build();
        var bench = new BenchHost(host, folder);
        try
        {
            await host.StartAsync().WaitAsync(s_deadline);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Options of a component that begins with a release, in unloadable form.</summary>
    public static Action<ComponentOptions> From(string version, LoadingMode loading = LoadingMode.Collectible) =>
        options => (options.InitialVersion, options.Loading) = ($"[{version}]", loading);

    public T Get<T>() where T : class => _host.Services.GetRequiredService<T>();

    public T Get<T>(string component) where T : class => _host.Services.GetRequiredKeyedService<T>(component);

    /// <summary>Swaps, and throws unless the swap was completed.</summary>
    public async Task<SwapResult> SwapAsync(string component, string version, SwapOptions options)
    {
        var result = await Engine.SwapAsync(component, version, options);
        return result.Outcome == SwapOutcome.Completed
            ? result
            : throw new InvalidOperationException($"The swap of {component} to {version} ended {result.Outcome} ({result.Reason}): {result.Detail}");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
