using System.Collections.Concurrent;
using Theseus.Runtime.Routing;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Routing;

/// <summary>Neither a copy of a call nor a comparison of answers, be it the user's code or the component's, keeps the trial or its end.</summary>
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
        Assert.Equal((1, 0), (trial.Shadow!.Failures, trial.Shadow.Comparisons.Mismatches));
        Assert.Contains("comparing its answer took longer than 10 s", Assert.Single(trial.Shadow.Examples.Take()));
        woken = trial.WhenWoken();
        Assert.Equal("stable:differs", _slot.Proxy.Echo("differs"));
        await woken.WaitAsync(SlotFixture.Deadline);
        Assert.Equal((1, 1), trial.Shadow.Comparisons);
        await trial.Shadow.StopAsync().WaitAsync(SlotFixture.Deadline);
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

    [Fact]
    public async Task ACopyThatKeepsWhoeverCancelsItsTokenDoesNotKeepTheTrialFromEnding()
    {
        var trial = Shadow();
        _slot.Candidate.Before = async token =>
        {
            await using var keeping = token.Register(() => _letGo.Wait(CancellationToken.None));
            _comparing.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, CancellationToken.None);
        };
        Assert.Equal("stable:a", await _slot.Proxy.EchoAsync("a", CancellationToken.None));
        Assert.True(await _comparing.WaitAsync(SlotFixture.Deadline));
        await _clock.WaitUntilAsync(static clock => clock.NextTimerDueIn == s_callDeadline, SlotFixture.Deadline);

        var stopping = trial.Shadow!.StopAsync();
        _clock.Advance(s_callDeadline);

        await stopping.WaitAsync(SlotFixture.Deadline);
        Assert.Equal(1, _slot.CandidateLeases.InFlight);
    }

    [Fact]
    public async Task NeitherACopyNorItsComparisonTakesAThreadFromThePool()
    {
        var ofThePool = new ConcurrentQueue<bool>();
        _slot.Candidate.First = _ => ofThePool.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
        var trial = Shadow(() => ofThePool.Enqueue(Thread.CurrentThread.IsThreadPoolThread));

        foreach (var text in new[] { "a", "b" })
        {
            Assert.Equal($"stable:{text}", _slot.Proxy.Echo(text));
            Assert.True(await _comparing.WaitAsync(SlotFixture.Deadline));
        }

        await trial.Shadow!.StopAsync().WaitAsync(SlotFixture.Deadline);
        Assert.Equal([false, false, false, false], ofThePool);
    }

    private Trial Shadow(Action? comparing = null)
    {
        var trial = new Trial(salt: 1, shields: true);
        trial.Shadow = new ShadowSink(_slot.CandidateLeases, 1, (stable, candidate) => Compare(stable, comparing), s_callDeadline, _clock, trial.Wake);
        _slot.Slot.Publish(new TrialRoute(_slot.StableLeases, _slot.CandidateLeases, 0, trial));
        return trial;
    }

    private bool Compare(object? stable, Action? comparing)
    {
        comparing?.Invoke();
        _comparing.Release();
        if (stable is "stable:hang")
        {
            _letGo.Wait(CancellationToken.None);
        }

        return stable is not "stable:differs";
    }
}
