using Theseus.Testing;
using Xunit;

namespace Theseus.Samples.Tests;

public sealed class RateLimiterLaws
{
    [Theory]
    [InlineData("RateLimiter.1.0.0")]
    [InlineData("RateLimiter.1.1.0")]
    [InlineData("RateLimiter.2.0.0")]
    public void PermitsAreGivenUpToTheLimitAndAgainInTheNextWindow(string release)
    {
        var time = new ManualTimeProvider();
        var limiter = new SampleRelease(release).Construct<IRateLimiter>(time, new() { ["Limit"] = "5", ["WindowSeconds"] = "10" });

        Assert.Equal(new(true, 2, TimeSpan.Zero), limiter.TryAcquire("ada", 3));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(new(false, 2, TimeSpan.FromSeconds(6)), limiter.TryAcquire("ada", 3));
        Assert.Equal(new(true, 0, TimeSpan.Zero), limiter.TryAcquire("bob", 5));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(new(true, 2, TimeSpan.Zero), limiter.TryAcquire("ada", 3));

        Assert.Equal(11, limiter.TotalGranted());
        Assert.Equal(new Dictionary<string, long> { ["ada"] = 6, ["bob"] = 5 }, limiter.Snapshot());
    }

    [Fact]
    public void InReleaseTwoAClientsWindowBeginsWithItsFirstCall()
    {
        var time = new ManualTimeProvider();
        var limiter = new SampleRelease("RateLimiter.2.0.0").Construct<IRateLimiter>(time, new() { ["Limit"] = "5", ["WindowSeconds"] = "10" });
        time.Advance(TimeSpan.FromSeconds(7));

        limiter.TryAcquire("ada", 5);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(new(false, 0, TimeSpan.FromSeconds(7)), limiter.TryAcquire("ada", 1));
    }

    [Fact]
    public void InReleaseTwoWhatWasLeftIsAddedToTheNextWindowUpToTheBurst()
    {
        var time = new ManualTimeProvider();
        var settings = new Dictionary<string, string?> { ["Limit"] = "5", ["WindowSeconds"] = "10", ["Burst"] = "3" };
        var limiter = new SampleRelease("RateLimiter.2.0.0").Construct<IRateLimiter>(time, settings);

        limiter.TryAcquire("ada", 1);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(new(true, 0, TimeSpan.Zero), limiter.TryAcquire("ada", 8));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(limiter.TryAcquire("ada", 6).Granted);
    }

    [Theory]
    [InlineData("RateLimiter.1.0.0")]
    [InlineData("RateLimiter.1.1.0")]
    [InlineData("RateLimiter.2.0.0")]
    public async Task WarmingUpCountsNothing(string release)
    {
        var limiter = new SampleRelease(release).Construct<IRateLimiter>();
        limiter.TryAcquire("ada", 3);
        var state = limiter.Export();

        var calls = ((IWarmUp<IRateLimiter>)limiter).WarmUpCalls.ToList();
        foreach (var call in calls)
        {
            await call.Call(limiter, TestContext.Current.CancellationToken);
        }

        Assert.NotEmpty(calls);
        Assert.Equal(state, limiter.Export());
    }

    [Theory]
    [InlineData("RateLimiter.1.0.0")]
    [InlineData("RateLimiter.1.1.0")]
    public void ALimiterCanBePrefilledToAWishedSize(string release)
    {
        var settings = new Dictionary<string, string?> { ["PrefillClients"] = "1000", ["PrefillKeyLength"] = "87" };
        var limiter = new SampleRelease(release).Construct<IRateLimiter>(settings: settings);

        Assert.Equal(1000, limiter.Snapshot().Count);
        Assert.Equal(500_500, limiter.TotalGranted());
        // 12 bytes before the clients; each: a byte for the length of its name, the name, 12 bytes of counts.
        Assert.Equal(12 + (1000 * 100), limiter.Export().Length);
    }

    [Theory]
    [InlineData("RateLimiter.1.0.0")]
    [InlineData("RateLimiter.1.1.0")]
    [InlineData("RateLimiter.2.0.0")]
    public void AStateThatCannotBeReadLeavesTheStateAsItWas(string release)
    {
        var limiter = new SampleRelease(release).Construct<IRateLimiter>();
        limiter.TryAcquire("ada", 3);
        limiter.TryAcquire("bob", 4);
        var state = limiter.Export();

        Assert.Throws<EndOfStreamException>(() => limiter.Import(state[..^1]));

        Assert.Equal(state, limiter.Export());
    }
}
