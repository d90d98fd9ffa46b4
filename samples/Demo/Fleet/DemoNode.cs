using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.Demo.Fleet;

/// <summary>One node of the demo's service: an ordinary ASP.NET Core application with two components plugged in, on a free port of this machine, that has joined a fleet.</summary>
internal sealed class DemoNode : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DemoNode(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public HotSwapEngine Engine => _app.Services.GetRequiredService<HotSwapEngine>();

    public IRateLimiter Limiter => _app.Services.GetRequiredService<IRateLimiter>();

    /// <param name="name">Its name in the fleet.</param>
    /// <param name="place">Where it stands: its failure domain.</param>
    /// <param name="releases">The folder of release packages.</param>
    /// <param name="dataFolder">The folder for what it remembers.</param>
    /// <param name="channel">The way to the control plane.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    public static async Task<DemoNode> StartAsync(string name, string place, string releases, string dataFolder, INodeChannel channel, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            // The load takes permits at a fixed rate; that all are given makes the counts comparable.
            ["Theseus:Components:rate-limiter:Settings:Limit"] = "1000000",
        });

        // The bad release is to get as far as its first call: replayed documents would unmask it before.
        var swap = new SwapOptions { WarmUp = new WarmUpOptions { RecentCalls = 0 } };
        builder.AddTheseus(options => options.DataFolder = dataFolder)
            .AddFeed(releases)
            .AddComponent<IMarkdownRenderer>("markdown", options => (options.InitialVersion, options.Loading, options.Swap) = ("[1.0.0]", LoadingMode.Collectible, swap))
            .AddComponent<IRateLimiter>("rate-limiter", options => (options.InitialVersion, options.Loading, options.Swap) = ("[1.1.0]", LoadingMode.Collectible, swap))
            .JoinFleet(channel, node => (node.Name, node.FailureDomain, node.Heartbeat) = (name, place, TimeSpan.FromMilliseconds(500)));

        var app = builder.Build();
        app.MapPost("/render", async (HttpRequest request, IMarkdownRenderer renderer, CancellationToken aborted) =>
        {
            using var reader = new StreamReader(request.Body);
            return Results.Content(await renderer.RenderAsync(await reader.ReadToEndAsync(aborted), aborted), "text/html");
        });
        app.MapPost("/permits/{client}", (string client, IRateLimiter limiter) =>
            limiter.TryAcquire(client, 1).Granted ? Results.Ok() : Results.StatusCode(StatusCodes.Status429TooManyRequests));

        try
        {
            await app.StartAsync(cancellationToken);
            return new DemoNode(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
