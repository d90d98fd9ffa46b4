using Theseus.Runtime.Routing;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Routing;

/// <summary>A comparison of answers, which is the host's user's code or the component's, keeps neither the trial nor its end.</summary>
public sealed class ShadowDeadlineLaws : IDisposable
{
    private static readonly TimeSpan s_callDeadline = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _clock = new();
    private readonly SlotFixture _slot = new();
    private readonly SemaphoreSlim _comparing = new(0);
    private readonly ManualResetEventSlim _letGo = new();

    public void Dispose() => _letGo.Set();

    [Fact]
    public async Task AComparisonThatHangsIsAShadowThatFailedAndTheNextIsCompared()
    {
        var trial = Shadow();
        var woken = trial.WhenWoken();
        Assert.Equal("stable:hang", _slot.Proxy.Echo("hang"));
        Assert.True(await _comparing.WaitAsync(SlotFixture.Deadline));
        await _clock.WaitUntilAsync(static clock => clock.NextTimerDueIn == s_callDeadline, SlotFixture.Deadline);

        _clock.Advance(s_callDeadline);

        await woken.WaitAsync(SlotFixture.Deadline);
        Assert.Equal((1, 0), (trial.Shadow!.Failures, trial.Shadow.Mismatches));
        Assert.Contains("comparing its answer took longer than 10 s", Assert.Single(trial.Shadow.Examples.Take()));
        Assert.Equal("stable:a", _slot.Proxy.Echo("a"));
        Assert.True(await _comparing.WaitAsync(SlotFixture.Deadline));
        await trial.Shadow.StopAsync().WaitAsync(SlotFixture.Deadline);
        Assert.Equal(2, trial.Shadow.Compared);
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task AComparisonThatHangsDoesNotKeepTheTrialFromEnding()
    {
        var trial = Shadow();
        Assert.Equal("stable:hang", _slot.Proxy.Echo("hang"));
        Assert.True(await _comparing.WaitAsync(SlotFixture.Deadline));

        // The clock stands still: no deadline passes.
        await trial.Shadow!.StopAsync().WaitAsync(SlotFixture.Deadline);

        Assert.Equal(0, trial.Shadow.Failures);
        _slot.AssertNobodyIsInside();
    }

    private Trial Shadow()
    {
        var trial = new Trial(salt: 1, shields: true);
        trial.Shadow = new ShadowSink(_slot.CandidateLeases, 1, Compare, s_callDeadline, _clock, trial.Wake);
        _slot.Slot.Publish(new TrialRoute(_slot.StableLeases, _slot.CandidateLeases, 0, trial));
        return trial;
    }

    private bool Compare(object? stable, object? candidate)
    {
        _comparing.Release();
        if (stable is "stable:hang")
        {
            _letGo.Wait(CancellationToken.None);
        }

        return true;
    }
}
