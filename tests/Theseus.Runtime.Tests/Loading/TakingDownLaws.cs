using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Theseus.Fixtures;
using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>A generation's own code that is met while it is taken down keeps nobody.</summary>
[Collection(nameof(UnloadingCollection))]
public sealed class TakingDownLaws
{
    private static readonly UnloadVerifier s_verifier = new(TimeProvider.System);

    [Theory]
    [InlineData("HangingUnloading", "a handler of its Unloading event has not returned")]
    [InlineData("HangingListener", "disposing an event listener that calls Theseus.Fixtures.Pins.HangingListener")]
    public async Task WhatHangsIsLeftBehindAndNamedUntilItReturns(string pin, string description)
    {
        using var host = new HostObjects();
        try
        {
            var handle = await TakeDownAsync(pin, host);
            var report = await WatchAsync(handle, TimeSpan.FromMilliseconds(1));
            Assert.False(report.IsGone);
            var named = Assert.Single(report.Pins);
            Assert.Equal(PinKind.RunningThread, named.Kind);
            Assert.StartsWith(description, named.Description);

            // Whoever looks again meets it again, and does not run it once more.
            Assert.Equal([named], (await WatchAsync(handle, TimeSpan.FromMilliseconds(1))).Pins);
            Assert.Single(host.Kept);

            host.Signal.Set();
            Assert.True((await WatchAsync(handle, Surroundings.Patience)).IsGone);
            Assert.Empty(handle.KnownPins);
        }
        finally
        {
            host.Signal.Set();
        }
    }

    [Fact]
    public async Task AListenerThatCannotBeDisposedDoesNotHideTheNext()
    {
        using var host = new HostObjects();
        var handle = await TakeDownAsync("ThrowingListener", host);
        Assert.True((await WatchAsync(handle, Surroundings.Patience)).IsGone);
    }

    [Fact]
    public async Task AHandlerOfDescriptionsIsRemovedBeforeTheyAreRefreshed()
    {
        using var host = new HostObjects();
        var handle = await TakeDownAsync("DescriptionEvent", host);
        var report = await WatchAsync(handle, Surroundings.Patience);
        Assert.True(report.IsGone);
        Assert.Contains("TypeDescriptor.Refreshed", Assert.Single(report.Pins).Description);
    }

    // What hangs must not hang the tests: both run on threads of their own.
    private static Task<GenerationHandle> TakeDownAsync(string pin, HostObjects host) =>
        Task.Run(() => PinAndLetGo(pin, host)).WaitAsync(Surroundings.Patience);

    private static Task<UnloadReport> WatchAsync(GenerationHandle handle, TimeSpan deadline) =>
        Task.Run(() => s_verifier.WaitUntilGoneAsync(handle, deadline, CancellationToken.None)).WaitAsync(2 * Surroundings.Patience);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static GenerationHandle PinAndLetGo(string pin, HostObjects host)
    {
        var component = ComponentLoader.Load(new LoadRequest(
            FixtureRelease.Of("PinFixtures", $"Theseus.Fixtures.Pins.{pin}", typeof(IPin), null, typeof(IOptions<>)),
            typeof(IPin),
            Collectible: true,
            new Surroundings().ToComponent()));
        ((IPin)component.Instance).Pin(host);
        return component.BeginUnload();
    }
}
