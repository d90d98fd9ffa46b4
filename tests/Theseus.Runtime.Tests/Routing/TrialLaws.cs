using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Tests.Routing;

public sealed class TrialLaws
{
    private readonly SlotFixture _slot = new();

    [Fact]
    public void AnIdempotentCallThatFailsOnTheCandidateIsAnsweredByTheStableVersion()
    {
        var trial = _slot.Try(share: 1);
        _slot.Candidate.First = _ => throw new InvalidOperationException("bad release");

        Assert.Equal("stable:a", _slot.Proxy.Echo("a"));

        var seen = trial.Observe(TimeSpan.Zero);
        Assert.Equal(1, seen.ShieldedCalls);
        Assert.Equal(0, seen.Candidate.Failures);
        Assert.Contains("bad release", Assert.Single(seen.Examples));
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task AnIdempotentAsynchronousCallThatFailsOnTheCandidateIsAnsweredByTheStableVersion()
    {
        var trial = _slot.Try(share: 1);
        _slot.Candidate.Before = async _ =>
        {
            await Task.Yield();
            throw new InvalidOperationException("bad release");
        };

        Assert.Equal("stable:a", await _slot.Proxy.EchoAsync("a", CancellationToken.None));

        Assert.Equal(1, trial.Observe(TimeSpan.Zero).ShieldedCalls);
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public void ACallThatIsNotIdempotentIsNotMadeTwice()
    {
        var trial = _slot.Try(share: 1);
        _slot.Candidate.First = _ => throw new InvalidOperationException("bad release");

        Assert.Throws<InvalidOperationException>(() => _slot.Proxy.Once("a"));

        Assert.Equal(0, _slot.Stable.Calls);
        Assert.Equal(1, trial.Observe(TimeSpan.Zero).Candidate.Failures);
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public void ACallThatBothVersionsFailIsNotHeldAgainstTheCandidate()
    {
        var trial = _slot.Try(share: 1);
        _slot.Candidate.First = _slot.Stable.First = _ => throw new FormatException("bad input");

        Assert.Throws<FormatException>(() => _slot.Proxy.Echo("a"));

        var seen = trial.Observe(TimeSpan.Zero);
        Assert.Equal((0, 1, 0), (seen.ShieldedCalls, seen.FailedOnBoth, seen.Candidate.Failures));
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public void NothingIsShieldedWhereTheStableStateStandsStill()
    {
        var trial = _slot.Try(share: 1, shields: false);
        _slot.Candidate.First = _ => throw new InvalidOperationException("bad release");

        Assert.Throws<InvalidOperationException>(() => _slot.Proxy.Echo("a"));

        Assert.Equal(0, _slot.Stable.Calls);
        Assert.Equal(1, trial.Observe(TimeSpan.Zero).Candidate.Failures);
    }

    [Fact]
    public void NothingIsShieldedByAStableVersionThatIsLeaving()
    {
        var trial = _slot.Try(share: 1);
        _slot.Candidate.First = text =>
        {
            _ = _slot.StableLeases.DrainAsync();
            throw new InvalidOperationException("bad release");
        };

        Assert.Throws<InvalidOperationException>(() => _slot.Proxy.Echo("a"));

        Assert.Equal(0, _slot.Stable.Calls);
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task ACallThatOutlivedItsTrialIsNotShieldedByAGenerationThatIsGone()
    {
        // Admitted to a candidate that was then taken back; meanwhile another swap has retired the stable generation.
        _slot.Try(share: 1);
        var end = new TaskCompletionSource();
        _slot.Candidate.Before = async _ =>
        {
            await end.Task;
            throw new InvalidOperationException("bad release");
        };
        var straggler = _slot.Proxy.EchoAsync("a", CancellationToken.None).AsTask();
        _slot.Slot.Publish(new SoleRoute(_slot.StableLeases));
        _slot.Slot.Publish(new SoleRoute(_slot.LeasesOf(new Echoes("third"))));
        await _slot.StableLeases.DrainAsync().WaitAsync(SlotFixture.Deadline);
        _slot.StableLeases.Release();

        end.SetResult();

        await Assert.ThrowsAsync<InvalidOperationException>(() => straggler.WaitAsync(SlotFixture.Deadline));
        Assert.Equal(0, _slot.Stable.Calls);
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task ACallThatItsCallerCancelledIsNobodysFailure()
    {
        var trial = _slot.Try(share: 1);
        using var callers = new CancellationTokenSource();
        _slot.Candidate.Before = token =>
        {
            callers.Cancel();
            token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _slot.Proxy.EchoAsync("a", callers.Token).AsTask());

        var seen = trial.Observe(TimeSpan.Zero);
        Assert.Equal((0, 0, 0), (seen.ShieldedCalls, seen.FailedOnBoth, seen.Candidate.Failures));
        _slot.AssertNobodyIsInside();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(1)]
    public void AKeyAlwaysTakesTheSameSideAndTheSharesComeOutAsAsked(double share)
    {
        _slot.Try(share);
        var first = Enumerable.Range(0, 2000).Select(i => _slot.Proxy.Keyed($"tenant-{i}")).ToList();
        var again = Enumerable.Range(0, 2000).Select(i => _slot.Proxy.Keyed($"tenant-{i}")).ToList();

        Assert.Equal(first, again);
        // The keys and the salt are fixed, so this count is too; the bound is four standard deviations.
        Assert.InRange(first.Count(answer => answer.StartsWith("candidate", StringComparison.Ordinal)), 2000 * share - 80, 2000 * share + 80);
    }

    [Fact]
    public void AGrowingShareOnlyEverAddsKeys()
    {
        var trial = _slot.Try(0.1);
        var before = Takers();
        foreach (var share in new[] { 0.3, 0.6, 1.0 })
        {
            _slot.Slot.Publish(new TrialRoute(_slot.StableLeases, _slot.CandidateLeases, share, trial));
            var now = Takers();
            Assert.Superset(before, now);
            before = now;
        }

        HashSet<int> Takers() =>
            [.. Enumerable.Range(0, 500).Where(i => _slot.Proxy.Keyed($"k{i}").StartsWith("candidate", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task AFailureWakesWhoeverDecides()
    {
        var trial = _slot.Try(share: 1);
        var woken = trial.WhenWoken();
        _slot.Candidate.First = _ => throw new InvalidOperationException("bad release");

        Assert.False(woken.IsCompleted);
        _slot.Proxy.Echo("a");

        await woken.WaitAsync(SlotFixture.Deadline);
    }
}
