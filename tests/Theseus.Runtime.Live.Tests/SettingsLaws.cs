using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Code and configuration go forward, and back, together.</summary>
public sealed class SettingsLaws
{
    private static readonly (string, string)[] s_ofTheHost = [("Theseus:Components:rate-limiter:Settings:Limit", "7"), ("Theseus:Components:rate-limiter:Settings:WindowSeconds", "3600")];

    private static Task<LiveHost> StartAsync(string? folder = null) =>
        LiveHost.StartAsync(theseus => theseus.AddComponent<IRateLimiter>("rate-limiter", LiveHost.FromOne), folder, settings: s_ofTheHost);

    private static int LimitOf(LiveHost host) => host.Limiter.TryAcquire(Guid.NewGuid().ToString("n"), 1).Remaining + 1;

    private static SwapOptions With(params (string Key, string Value)[] settings) =>
        LiveHost.Quick with { Settings = settings.ToDictionary(one => one.Key, one => one.Value) };

    [Fact]
    public async Task SettingsOfAReleaseAreOverThoseOfTheHostAndGoBackWithIt()
    {
        await using var host = await StartAsync();
        Assert.Equal(7, LimitOf(host));

        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "2.0.0", With(("Limit", "9")))).Outcome);
        Assert.Equal(9, LimitOf(host));

        Assert.Equal(SwapOutcome.Completed, (await host.Engine.RollbackAsync("rate-limiter")).Outcome);
        Assert.Equal(7, LimitOf(host));
        Assert.Equal("1.0.0", host.Engine.GetStatus("rate-limiter").ServingVersion);
    }

    [Fact]
    public async Task SettingsAloneCanBeChangedAndOutliveARestartAndAnUpgradeThatSaysNothingOfThem()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-").FullName;
        await using (var host = await StartAsync(folder))
        {
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "1.0.0", With(("Limit", "11")))).Outcome);
            Assert.Equal(11, LimitOf(host));
        }

        await using (var host = await StartAsync(folder))
        {
            Assert.Equal(11, LimitOf(host));
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "1.1.0", LiveHost.Quick)).Outcome);
            Assert.Equal(11, LimitOf(host));
            Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "1.1.0", With())).Outcome);
            Assert.Equal(7, LimitOf(host));
            Assert.Equal(["{\"Limit\":\"11\"}", "{\"Limit\":\"11\"}", null], host.Engine.GetHistory("rate-limiter").Select(one => one.From?.Settings).Take(3));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task ReleasesThatFailWithTheirSettingsLeaveThoseFromBefore()
    {
        await using var host = await StartAsync();

        var failed = await host.Engine.SwapAsync("rate-limiter", "1.1.0", With(("Limit", "not a number")));

        Assert.Equal((SwapOutcome.Failed, SwapReason.LoadFailed), (failed.Outcome, failed.Reason));
        Assert.Equal(7, LimitOf(host));
        var refused = await host.Engine.SwapAsync("rate-limiter", "1.1.0", With(("Limit", "1"), ("limit", "2")));
        Assert.Equal((SwapOutcome.Refused, SwapReason.OptionsRefused), (refused.Outcome, refused.Reason));
        Assert.Contains("Limit", refused.Detail);
    }

    [Fact]
    public async Task WhatIsStagedWithOtherSettingsIsNotTaken()
    {
        await using var host = await StartAsync();
        Assert.Equal(SwapOutcome.Staged, (await host.Engine.StageAsync("rate-limiter", "1.1.0", With(("Limit", "3")))).Outcome);

        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "1.1.0", With(("Limit", "4")))).Outcome);

        Assert.Equal(4, LimitOf(host));
    }
}
