using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Tests.Routing;

public sealed class ShadowLaws
{
    private readonly SlotFixture _slot = new();

    private Trial Shadow(Func<object?, object?, bool> areEqual)
    {
        var trial = new Trial(salt: 1, shields: true);
        trial.Shadow = new ShadowSink(_slot.CandidateLeases, 1, areEqual, SlotFixture.Deadline, TimeProvider.System, trial.Wake);
        _slot.Slot.Publish(new TrialRoute(_slot.StableLeases, _slot.CandidateLeases, 0, trial));
        return trial;
    }

    // Compares as SameText does, and tells of each comparison, which was counted before.
    private static Func<object?, object?, bool> Telling(SemaphoreSlim compared) => (one, other) =>
    {
        compared.Release();
        return SameText(one, other);
    };

    private static async Task NextAsync(SemaphoreSlim compared) => Assert.True(await compared.WaitAsync(SlotFixture.Deadline));

    private static bool SameText(object? one, object? other) => ((string)one!).Split(':')[1] == ((string)other!).Split(':')[1];

    [Fact]
    public async Task TheCallerGetsTheStableAnswerAndTheCandidateGetsACopy()
    {
        var compared = new SemaphoreSlim(0);
        var trial = Shadow(Telling(compared));

        Assert.Equal("stable:a", _slot.Proxy.Echo("a"));
        Assert.Equal("stable:b", await _slot.Proxy.EchoAsync("b", CancellationToken.None));

        await NextAsync(compared);
        await NextAsync(compared);
        Assert.Equal((2, (2, 0)), (_slot.Candidate.Calls, trial.Shadow!.Comparisons));
        await trial.Shadow.StopAsync();
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task ADifferentAnswerIsCountedAndShown()
    {
        var trial = Shadow(AnswerComparison.AreEqual);
        var woken = trial.WhenWoken();

        Assert.Equal("stable:a", _slot.Proxy.Echo("a"));

        await woken.WaitAsync(SlotFixture.Deadline);
        Assert.Equal(1, trial.Shadow!.Comparisons.Mismatches);
        Assert.Contains("stable:a / candidate:a", Assert.Single(trial.Shadow.Examples.Take()));
        await trial.Shadow.StopAsync();
    }

    [Fact]
    public async Task AShadowThatFailsIsNotSeenByTheCaller()
    {
        var trial = Shadow(SameText);
        _slot.Candidate.First = _ => throw new InvalidOperationException("bad release");
        var woken = trial.WhenWoken();

        Assert.Equal("stable:a", _slot.Proxy.Echo("a"));

        await woken.WaitAsync(SlotFixture.Deadline);
        Assert.Equal(1, trial.Shadow!.Failures);
        await trial.Shadow.StopAsync();
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task CallsThatAreNotIdempotentAreNotCopied()
    {
        var compared = new SemaphoreSlim(0);
        var trial = Shadow(Telling(compared));

        _slot.Proxy.Once("a");
        _slot.Proxy.Echo("b");

        await NextAsync(compared);
        await trial.Shadow!.StopAsync();
        Assert.Equal(1, _slot.Candidate.Calls);
    }

    [Fact]
    public async Task WhatTheCandidateCannotKeepUpWithIsDroppedAndCounted()
    {
        using var go = new ManualResetEventSlim();
        var trial = Shadow(SameText);
        _slot.Candidate.First = _ => go.Wait(SlotFixture.Deadline);

        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal($"stable:{i}", _slot.Proxy.Echo($"{i}"));
        }

        Assert.True(trial.Shadow!.Dropped >= 1000 - 256 - 1);
        go.Set();
        await trial.Shadow.StopAsync();
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData(1, 1L, false)]
    [InlineData(null, null, true)]
    [InlineData(null, "a", false)]
    [InlineData(new[] { 1, 2 }, new[] { 1, 2 }, true)]
    [InlineData(new[] { 1, 2 }, new[] { 1, 3 }, false)]
    [InlineData(new[] { 1, 2 }, new[] { 1 }, false)]
    [InlineData(new[] { 1 }, new[] { 1, 2 }, false)]
    public void AnswersAreComparedByEqualityAndSequencesByTheirElements(object? one, object? other, bool equal) =>
        Assert.Equal(equal, AnswerComparison.AreEqual(one, other));
}
