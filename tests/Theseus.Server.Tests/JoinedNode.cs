using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Theseus.Control;
using Theseus.Runtime;
using Theseus.Samples;

namespace Theseus.Server.Tests;

/// <summary>A real host that has joined a server's fleet, with the component <c>markdown</c> in its first release.</summary>
internal static class JoinedNode
{
    public static string Releases { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases"));

    public static async Task<IHost> StartAsync(RunningServer server)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = Directory.CreateDirectory(Path.Combine(server.DataFolder, "node1")).FullName });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddTheseus(options =>
            {
                options.Feeds.Add(Releases);
                options.OperatorEndpoint = false;
                options.ShutdownDeadline = TimeSpan.FromSeconds(2);
            })
            .AddComponent<IMarkdownRenderer>("markdown", options =>
            {
                options.InitialVersion = "[1.0.0]";
                options.Swap = new SwapOptions { Loading = LoadingMode.Collectible, WarmUp = new() { Rounds = 1, LongestSettling = TimeSpan.Zero }, RestBeforeStop = TimeSpan.Zero };
            })
            .JoinFleet(server.Channel.Connect("node1"), node =>
            {
                node.Name = "node1";
                node.Heartbeat = TimeSpan.FromMilliseconds(200);
            });
        var host = builder.Build();
        await host.StartAsync();
        await server.UntilAsync(() => server.Server.ControlPlane.Components.Find("markdown") is { Lifecycle: ComponentLifecycle.Active });
        return host;
    }
}
