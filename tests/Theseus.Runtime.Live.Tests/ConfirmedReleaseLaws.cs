using Microsoft.Extensions.DependencyInjection;
using Theseus.Packaging;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A host that is started again, and whose store has the confirmed release no more: that very release, or none.</summary>
public sealed class ConfirmedReleaseLaws : IDisposable
{
    private const int ConfirmedIsLost = 1003;
    private const string Code = "Theseus.Samples.Markdown.dll";

    private static readonly byte[] s_confirmed = File.ReadAllBytes(Path.Combine(LiveHost.Releases, "markdown.2.0.0.nupkg"));

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-live-").FullName;
    private readonly string _feed = Directory.CreateTempSubdirectory("theseus-feed-").FullName;

    private string Store => Path.Combine(_folder, ".theseus", "store");

    private string Package => Path.Combine(_feed, "markdown.2.0.0.nupkg");

    [Theory]
    [InlineData("damaged", $"FileDigestWrong at lib/net10.0/{Code}")]
    [InlineData("its manifest damaged", $"FileDigestWrong at {ReleaseManifest.FileName}")]
    [InlineData("absent", "It is not in the host's store any more.")]
    public async Task ThePackageItselfInAFeedIsTakenAndServes(string store, string problem)
    {
        var digest = await ConfirmAsync();
        Lose(store, digest);

        await using var again = await StartAsync();

        Assert.Equal("2.0.0", again.Engine.GetStatus("markdown").ServingVersion);
        Assert.Contains("1.6", again.Markdown.Engine);
        Assert.Contains(problem, await again.Log.WhenAsync(ConfirmedIsLost));
        Assert.NotNull((await new ReleaseStore(Store).TryGetAsync("markdown", digest, CancellationToken.None)).Release);
    }

    [Theory]
    [InlineData("damaged", $"FileDigestWrong at lib/net10.0/{Code}")]
    [InlineData("absent", "It is not in the host's store any more.")]
    public async Task OtherBytesThatClaimToBeItAreRefusedAndTheHostDoesNotStart(string store, string problem)
    {
        var digest = await ConfirmAsync();
        Lose(store, digest);
        File.WriteAllBytes(Package, StoredFiles.Another(s_confirmed));

        var refused = await Assert.ThrowsAsync<ComponentStartException>(() => StartAsync());

        Assert.Contains(problem, refused.Message);
        Assert.Contains($"{digest} was asked for: two packages claim to be one release", refused.Message);
        Assert.Contains(Package, refused.Message);
        // The host did as it had to, and looked at the other one; that must not be in the way of the right one.
        File.WriteAllBytes(Package, s_confirmed);
        await using var again = await StartAsync();
        Assert.Equal("2.0.0", again.Engine.GetStatus("markdown").ServingVersion);
    }

    [Theory]
    [InlineData("damaged", $"FileDigestWrong at lib/net10.0/{Code}")]
    [InlineData("absent", "It is not in the host's store any more.")]
    public async Task WithoutItInAnyFeedTheHostDoesNotStartAndSaysWhatToDo(string store, string problem)
    {
        var digest = await ConfirmAsync();
        Lose(store, digest);
        File.Delete(Package);

        var refused = await Assert.ThrowsAsync<ComponentStartException>(() => StartAsync());

        Assert.Contains(problem, refused.Message);
        Assert.Contains("No feed has 'markdown' 2.0.0. There are: 1.0.0.", refused.Message);
        Assert.Contains($"delete '{Path.Combine(_folder, ".theseus", "components")}' to begin anew", refused.Message);
    }

    [Fact]
    public async Task AHostThatMayStartWithoutTheComponentServesNoOtherReleaseInItsPlace()
    {
        Lose("damaged", await ConfirmAsync());
        File.WriteAllBytes(Package, StoredFiles.Another(s_confirmed));

        await using (var host = await StartAsync(failFast: false))
        {
            var called = Assert.Throws<ComponentUnavailableException>(() => host.Markdown.Render("*text*"));
            Assert.Contains("two packages claim to be one release", called.Message);
            Assert.Null(host.Engine.GetStatus("markdown").ServingVersion);
        }

        // It is still the confirmed one that a restart looks for.
        File.WriteAllBytes(Package, s_confirmed);
        await using var again = await StartAsync();
        Assert.Equal("2.0.0", again.Engine.GetStatus("markdown").ServingVersion);
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_feed, recursive: true);
    }

    private Task<LiveHost> StartAsync(bool failFast = true) => LiveHost.StartAsync(
        theseus =>
        {
            theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne);
            theseus.Services.Configure<TheseusOptions>(options => options.FailFast = failFast);
        },
        _folder,
        _feed);

    /// <summary>A host that confirmed release 2.0.0, and has stopped.</summary>
    /// <returns>The release's digest.</returns>
    private async Task<string> ConfirmAsync()
    {
        File.Copy(Path.Combine(LiveHost.Releases, "markdown.1.0.0.nupkg"), Path.Combine(_feed, "markdown.1.0.0.nupkg"));
        File.WriteAllBytes(Package, s_confirmed);
        await using (var host = await StartAsync())
        {
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "2.0.0", LiveHost.Quick).WaitAsync(LiveHost.Deadline)).Outcome);
        }

        return new ReleaseStore(Store).List().Single(one => one.Version!.ToNormalizedString() == "2.0.0").Digest;
    }

    private void Lose(string how, string digest)
    {
        var release = Path.Combine(Store, "releases", digest);
        switch (how)
        {
            case "damaged":
                StoredFiles.Damage(Path.Combine(release, "lib", "net10.0", Code));
                break;
            case "its manifest damaged":
                StoredFiles.Damage(Path.Combine(release, ReleaseManifest.FileName));
                break;
            default:
                Assert.True(new ReleaseStore(Store).Remove(digest));
                break;
        }
    }
}
