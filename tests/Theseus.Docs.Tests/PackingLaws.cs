using System.Text.RegularExpressions;

namespace Theseus.Docs.Tests;

/// <summary>Whoever cannot run <c>eng/pack</c> packs the same by hand.</summary>
public sealed partial class PackingLaws
{
    [Fact]
    public void TheReadmePacksEveryPackage()
    {
        var packages = Repository.Files("src", "*.csproj")
            .Where(project => Repository.Read(project).Contains("<IsPackable>true", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);
        var packed = Packed().Matches(Repository.Read("README.md")).Select(match => match.Groups[1].Value);

        Assert.NotEmpty(packages);
        Assert.Equal(packages.Order(StringComparer.Ordinal), packed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("^dotnet pack src/(\\S+) -c Release -o artifacts/packages\r?$", RegexOptions.Multiline)]
    private static partial Regex Packed();
}
