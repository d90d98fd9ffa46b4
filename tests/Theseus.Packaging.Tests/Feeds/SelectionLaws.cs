using NuGet.Versioning;

namespace Theseus.Packaging.Tests.Feeds;

public sealed class SelectionLaws
{
    private static readonly NuGetVersion[] versions =
    [
        .. new[] { "0.9.0", "1.0.0-beta", "1.0.0", "1.2.0", "1.3.0-rc.1", "1.3.0-rc.2", "2.0.0-beta", "2.0.0", "2.1.0-alpha" }.Select(NuGetVersion.Parse),
    ];

    [Theory]
    [InlineData(null, false, "2.0.0")]
    [InlineData(null, true, "2.1.0-alpha")]
    [InlineData("[1.0.0, 2.0.0)", false, "1.2.0")]
    [InlineData("[1.0.0, 2.0.0)", true, "1.3.0-rc.2")]
    [InlineData("[1.0.0, 2.0.0]", false, "2.0.0")]
    [InlineData("[1.0.0-alpha, 1.0.0)", false, null)]
    [InlineData("[1.0.0-alpha, 1.0.0-rc)", false, "1.0.0-beta")]
    [InlineData("[1.3.0-rc.1, 2.0.0)", false, "1.3.0-rc.2")]
    [InlineData("[1.0.0-beta, 1.3.0]", false, "1.2.0")]
    [InlineData("[1.2.0]", false, "1.2.0")]
    [InlineData("[3.0.0, )", true, null)]
    public void TheNewestThatMayBeChosenIsChosen(string? range, bool includePrerelease, string? expected) =>
        Assert.Equal(expected, ReleaseSelection.Newest(versions, range is null ? null : VersionRange.Parse(range), includePrerelease)?.ToString());
}
