using System.Runtime.CompilerServices;
using Theseus.Fixtures;
using Theseus.Runtime.Loading;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>How generations are watched while they go.</summary>
[Collection(nameof(UnloadingCollection))]
public sealed class UnloadVerifierLaws
{
    [Fact]
    public async Task AllThatAreWatchedAtOneTimeShareTheCollections()
    {
        var time = new ManualTimeProvider();
        var verifier = new UnloadVerifier(time);
        var component = Load(collectible: true);
        var held = component.Instance;
        var handle = component.BeginUnload();
        using var enough = new CancellationTokenSource();
        var before = GC.CollectionCount(2);
        var watches = Enumerable.Range(0, 50).Select(_ => verifier.WaitUntilGoneAsync(handle, TimeSpan.FromMinutes(1), enough.Token)).ToList();
        Assert.Equal(1, time.ArmedTimers);
        // One that was asked for here, and such as the process made for itself meanwhile.
        Assert.InRange(GC.CollectionCount(2) - before, 0, 5);
        await enough.CancelAsync();
        foreach (var watch in watches)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.WaitAsync(Surroundings.Deadline()));
        }

        GC.KeepAlive(held);
    }

    [Fact]
    public async Task AGenerationThatDoesNotGoIsReportedAtTheDeadlineAndNeverWithoutACause()
    {
        var time = new ManualTimeProvider();
        var component = Load(collectible: true);
        var held = component.Instance;
        var handle = component.BeginUnload();
        var watch = new UnloadVerifier(time).WaitUntilGoneAsync(handle, TimeSpan.FromMinutes(1), CancellationToken.None);
        var deadline = Surroundings.Deadline();
        while (!watch.IsCompleted)
        {
            await Task.WhenAny(watch, time.WaitForTimersAsync(1, Surroundings.Patience, deadline));
            time.Advance(TimeSpan.FromSeconds(10));
        }

        var report = await watch;
        Assert.False(report.IsGone);
        Assert.False(report.CodeStays);
        Assert.Equal(PinKind.Unknown, Assert.Single(report.Pins).Kind);
        Assert.True(report.Elapsed >= TimeSpan.FromMinutes(1));
        GC.KeepAlive(held);
    }

    [Fact]
    public async Task WhatTheHostKnowsOfTheCauseIsInTheReport()
    {
        var time = new ManualTimeProvider();
        var component = Load(collectible: true);
        var held = component.Instance;
        var handle = component.BeginUnload();
        handle.AddPin(PinKind.InFlightCall, "Ask(string), for 12 s");
        var watch = new UnloadVerifier(time).WaitUntilGoneAsync(handle, TimeSpan.FromMilliseconds(1), CancellationToken.None);
        await Task.WhenAny(watch, time.WaitForTimersAsync(1, Surroundings.Patience));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(new PinFinding(PinKind.InFlightCall, "Ask(string), for 12 s"), Assert.Single((await watch.WaitAsync(Surroundings.Deadline())).Pins));
        GC.KeepAlive(held);
    }

    [Fact]
    public async Task AHundredGenerationsGoWithoutATrace()
    {
        var verifier = new UnloadVerifier(TimeProvider.System);
        var handles = LoadAndLetGo(100);
        var reports = await Task.WhenAll(handles.Select(h => verifier.WaitUntilGoneAsync(h, Surroundings.Patience, CancellationToken.None)));
        Assert.All(reports, report => Assert.True(report.IsGone));
        Assert.All(reports, report => Assert.Empty(report.Pins));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static List<GenerationHandle> LoadAndLetGo(int count) => [.. Enumerable.Range(0, count).Select(_ => Load(collectible: true).BeginUnload())];
    }

    [Fact]
    public async Task OfAResidentGenerationTheReportSaysThatItsCodeStays()
    {
        var report = await new UnloadVerifier(TimeProvider.System).WaitUntilGoneAsync(LoadAndLetGo(), Surroundings.Patience, CancellationToken.None);
        Assert.True(report.IsGone);
        Assert.True(report.CodeStays);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static GenerationHandle LoadAndLetGo() => Load(collectible: false).BeginUnload();
    }

    private static LoadedComponent Load(bool collectible) => ComponentLoader.Load(new LoadRequest(
        FixtureRelease.Of("LoadFixtures", "Theseus.Fixtures.Loading.Privately", typeof(IAsk)), typeof(IAsk), collectible, new Surroundings().ToComponent()));
}
