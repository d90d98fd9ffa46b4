using Theseus.Control.Tests.Components;

namespace Theseus.Control.Tests.Validation;

/// <summary>The samples' releases, as their build packs them, for hosts like this process.</summary>
public sealed class SampleLaws : IDisposable
{
    private readonly Scene _scene = new();
    private readonly HostSurface _surface = HostSurface.OfThisProcess();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("markdown", "IMarkdownRenderer", "1.0.0", "2.0.0")]
    [InlineData("script", "IScriptEvaluator", "1.0.0", "2.0.0")]
    [InlineData("rate-limiter", "IRateLimiter", "1.0.0", "1.1.0")]
    [InlineData("rate-limiter", "IRateLimiter", "1.1.0", "2.0.0")]
    [InlineData("sessions", "ISessionCounter", "1.0.0", "2.0.0")]
    public async Task AGoodUpgradePassesEveryRuleStrictly(string component, string contract, string from, string to)
    {
        var report = await ValidateAsync(component, contract, from, to, ValidationLevel.Strict);

        Assert.Empty(report.Findings.Where(one => one.Severity != FindingSeverity.Pass).Select(one => one.ToString()));
        Assert.Equal(UpgradeRules.BuiltIn.Select(rule => rule.Id).Except([UpgradeRules.DependenciesMet, UpgradeRules.DependentsMet]),
            report.Findings.Where(one => one.Message != "Nothing to object to.").Select(one => one.Rule).Distinct());
        Assert.True(report is { IsAllowed: true, IsIrreversible: false });
    }

    [Fact]
    public async Task AnAssemblyThatIsLeftOutOfThePackageIsToldByName()
    {
        var report = await ValidateAsync("markdown", "IMarkdownRenderer", "1.0.0", "9.5.0", ValidationLevel.Normal);
        var error = Assert.Single(report.Stopping);

        Assert.Equal((UpgradeRules.AssembliesResolve, "lib/net10.0/Theseus.Samples.Markdown.dll"), (error.Rule, error.Place));
        Assert.StartsWith("It refers to Theseus.Samples.Typography 1.0.0.0, which is neither in the package nor there", error.Message);
    }

    [Fact]
    public async Task AMethodThatThePackedLibraryDoesNotHaveIsToldByNameBeforeItIsCalled()
    {
        var report = await ValidateAsync("markdown", "IMarkdownRenderer", "1.0.0", "9.6.0", ValidationLevel.Strict);
        var warning = Assert.Single(report.Stopping);

        Assert.Equal((UpgradeRules.MembersResolve, FindingSeverity.Warning), (warning.Rule, warning.Severity));
        Assert.StartsWith("It uses Theseus.Samples.Typography.Typographer.Educate, which the Theseus.Samples.Typography in the package does not have", warning.Message);
    }

    [Fact]
    public async Task NothingOfAReleaseIsLoaded()
    {
        await ValidateAsync("markdown", "IMarkdownRenderer", "1.0.0", "2.0.0", ValidationLevel.Strict);

        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), one => one.GetName().Name is "Theseus.Samples.Markdown" or "Markdig");
    }

    private Task<ValidationReport> ValidateAsync(string component, string contract, string from, string to, ValidationLevel level) => _scene.ValidateAsync(
        Repository.Releases,
        new()
        {
            Component = new() { Name = component, Contract = new($"Theseus.Samples.{contract}", "Theseus.Samples.Contracts", Parts.V("1.0.0")), CurrentVersion = Parts.V(from) },
            Target = Parts.V(to),
            Now = Scene.Now,
            Nodes = [new("node-1") { Surface = _surface, Running = Parts.V(from) }],
        },
        level);
}
