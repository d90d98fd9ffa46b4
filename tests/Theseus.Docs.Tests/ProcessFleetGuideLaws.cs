using Theseus.Docs.Tests.Walking;
using Theseus.Servers;

namespace Theseus.Docs.Tests;

/// <summary>The guide to a fleet of processes works word by word, from an empty folder, with the real servers.</summary>
public sealed class ProcessFleetGuideLaws(ProductPackages product) : IClassFixture<ProductPackages>
{
    [Fact]
    public async Task TheGuideToAFleetOfProcessesWorksWordByWord()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Assert.SkipWhen(RabbitServer.Missing is not null, RabbitServer.Missing ?? "");
        var steps = Page.Read("docs/guides/fleet.md");
        // Nothing would be easier to follow than a page that has not been understood.
        Assert.True(steps.OfType<RunStep>().Count(step => step.Expected is not null) >= 5, "The guide shows less than it did.");
        await using var reader = new FleetReader(product);

        await reader.FollowAsync(steps);
    }
}
