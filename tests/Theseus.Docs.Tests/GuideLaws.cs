using Theseus.Docs.Tests.Walking;

namespace Theseus.Docs.Tests;

/// <summary>What the pages tell a new user to do works, from an empty folder.</summary>
public sealed class GuideLaws(ProductPackages product) : IClassFixture<ProductPackages>
{
    private const string Guide = "docs/guides/first-component.md";

    [Fact]
    public async Task TheGuideToAFirstComponentWorksWordByWord()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The packages are made by a shell script.");
        var steps = Page.Read(Guide);
        // Nothing would be easier to follow than a page that has not been understood.
        Assert.True(steps.OfType<RunStep>().Count(step => step.Expected is not null) >= 12, "The guide shows less than it did.");
        await using var reader = new Reader(product);

        await reader.FollowAsync(steps);
    }

    [Fact]
    public async Task TheQuickStartOfTheReadmeWorksWithTheProjectFilesOfTheGuide()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The packages are made by a shell script.");
        var files = Page.Read(Guide).OfType<WriteStep>().Where(step => step.Path.EndsWith(".csproj", StringComparison.Ordinal) || step.Path == "nuget.config");
        var steps = Page.Read("README.md");
        Assert.Contains(steps.OfType<RunStep>(), step => step.Expected is not null);
        await using var reader = new Reader(product);

        await reader.FollowAsync([.. files, .. steps]);
    }
}
