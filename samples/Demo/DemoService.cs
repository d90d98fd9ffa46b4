using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.Demo;

/// <summary>The service of the demo: an ordinary ASP.NET Core application with two components plugged in, on a free port of this machine.</summary>
internal sealed class DemoService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _dataFolder;

    private DemoService(WebApplication app, string dataFolder)
    {
        _app = app;
        _dataFolder = dataFolder;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public HotSwapEngine Engine => _app.Services.GetRequiredService<HotSwapEngine>();

    public IRateLimiter Limiter => _app.Services.GetRequiredService<IRateLimiter>();

    /// <param name="releases">The folder of release packages.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    public static async Task<DemoService> StartAsync(string releases, CancellationToken cancellationToken)
    {
        var dataFolder = Directory.CreateTempSubdirectory("theseus-demo-").FullName;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            // The load takes permits at a fixed rate; that all are given makes the counts comparable.
            ["Theseus:Components:rate-limiter:Settings:Limit"] = "1000000",
        });

        builder.AddTheseus(options => options.DataFolder = dataFolder)
            .AddFeed(releases)
            .AddComponent<IMarkdownRenderer>("markdown", options => (options.InitialVersion, options.Loading) = ("[1.0.0]", LoadingMode.Collectible))
            .AddComponent<IRateLimiter>("rate-limiter", options => (options.InitialVersion, options.Loading) = ("[1.1.0]", LoadingMode.Collectible));

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
            return new DemoService(app, dataFolder);
        }
        catch
        {
            await app.DisposeAsync();
            Directory.Delete(dataFolder, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_dataFolder, recursive: true);
    }
}
