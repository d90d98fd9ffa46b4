using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Theseus.RabbitMq;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.Demo.Fleet;

/// <summary>The demo's service as a process of its own, which joins a fleet by its configuration.</summary>
internal static class NodeProgram
{
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // One line for each request would be most of the log.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        DemoService.AddComponents(builder).JoinFleet((services, node) => RabbitNodeChannel.From(services, node.Name));
        await using var app = builder.Build();
        DemoService.Map(app);
        // For the acts, which compare what they see from outside with what a node knows.
        app.MapGet("/demo/standing/{component}", (string component, HotSwapEngine engine) =>
            new NodeStanding(NameOf(app), engine.GetStatus(component).ServingVersion, [.. engine.GetHistory(component)]));
        app.MapGet("/demo/counts", (IRateLimiter limiter) => limiter.Snapshot());
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static string NameOf(WebApplication app) => app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<NodeOptions>>().Value.Name;
}
