using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control;
using Theseus.Fleet;
using Theseus.Server;

namespace Theseus.Acceptance.Tests;

/// <summary>What a control plane finds by itself.</summary>
public sealed class DiscoveryScenarios
{
    [Fact]
    public async Task AComponentAndAReleaseThatOnlyAFeedHasAreFoundWithoutAnyNode()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-discovery-").FullName;
        var feed = Directory.CreateDirectory(Path.Combine(folder, "feed")).FullName;
        Put(feed, "markdown.1.0.0.nupkg");
        var options = new ControlPlaneOptions { DataFolder = Path.Combine(folder, "control"), DiscoveryInterval = TimeSpan.FromMilliseconds(20), FeedInterval = TimeSpan.FromMilliseconds(40) };
        options.Feeds.Add(feed);
        await using (var plane = await ControlPlane.StartAsync(options, new InProcessChannel(), time: null, NullLoggerFactory.Instance, CancellationToken.None))
        {
            using var deadline = new CancellationTokenSource(Fleet.Deadline);
            await plane.Components.WaitForAsync("markdown", found => found is { Lifecycle: ComponentLifecycle.Registered, UpgradePaths.Count: 1 }, deadline.Token);

            Put(feed, "markdown.2.0.0.nupkg");
            Put(feed, "relay.1.0.0.nupkg");

            await plane.Components.WaitForAsync("markdown", found => found?.UpgradePaths.Count == 2, deadline.Token);
            await plane.Components.WaitForAsync("relay", found => found is { CurrentVersion: null } && found.Contract.Type.EndsWith("IRelay", StringComparison.Ordinal), deadline.Token);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void Put(string feed, string package) => File.Copy(Path.Combine(Fleet.Releases, package), Path.Combine(feed, package));
}
