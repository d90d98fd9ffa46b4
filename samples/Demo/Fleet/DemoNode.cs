using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.Demo.Fleet;

/// <summary>One node of the demo's service in this process, on a free port of this machine, that has joined a fleet.</summary>
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
        DemoService.AddComponents(builder)
            .AddFeed(releases)
            .JoinFleet(channel, node => (node.Name, node.FailureDomain, node.Heartbeat) = (name, place, TimeSpan.FromMilliseconds(500)));
        builder.Services.Configure<TheseusOptions>(options => options.DataFolder = dataFolder);
        var app = builder.Build();
        DemoService.Map(app);
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
