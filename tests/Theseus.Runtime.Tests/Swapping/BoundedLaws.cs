using Theseus.Runtime.Swapping;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Swapping;

/// <summary>The deadline of several steps in one stretch is each step's own.</summary>
public sealed class BoundedLaws
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _clock = new();
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _goOn = new(0);

    [Fact]
    public async Task StepsThatTogetherTakeLongerThanTheLimitOfOneAreNotCutShort()
    {
        var running = RunAsync(steps: 5);

        for (var step = 0; step < 5; step++)
        {
            await StepBeginsAsync();
            _clock.Advance(s_limit / 2);
            _goOn.Release();
        }

        Assert.Equal(5, await running.WaitAsync(s_patience));
    }

    [Fact]
    public async Task AStepThatHangsIsFoundAfterTheLimitOfOneHoweverManyThereAre()
    {
        var running = RunAsync(steps: 100);
        await StepBeginsAsync();
        _clock.Advance(s_limit / 2);
        _goOn.Release();
        await StepBeginsAsync();

        _clock.Advance(s_limit / 2);
        // The timer that was armed for the first step finds that the second has half of its own time left.
        await _clock.WaitUntilAsync(clock => clock.NextTimerDueIn == s_limit / 2, s_patience);
        Assert.False(running.IsCompleted);
        _clock.Advance(s_limit / 2);

        await Assert.ThrowsAsync<DeadlinePassedException>(() => running.WaitAsync(s_patience));
    }

    [Fact]
    public async Task WhatIsLeftBehindIsTold()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = Bounded.RunAsync(
            async token =>
            {
                await using var telling = token.Register(told.SetResult);
                await told.Task;
            },
            s_limit,
            _clock,
            CancellationToken.None);
        await _clock.WaitForTimersAsync(1, s_patience);

        _clock.Advance(s_limit);

        await Assert.ThrowsAsync<DeadlinePassedException>(() => running.WaitAsync(s_patience));
        await told.Task.WaitAsync(s_patience);
    }

    private Task<int> RunAsync(int steps)
    {
        var patience = new Patience(s_limit, _clock);
        return Bounded.RunAsync(
            async token =>
            {
                for (var step = 0; step < steps; step++)
                {
                    patience.Renew();
                    _begun.Release();
                    await _goOn.WaitAsync(token);
                }

                return steps;
            },
            patience,
            _clock,
            CancellationToken.None);
    }

    private async Task StepBeginsAsync()
    {
        Assert.True(await _begun.WaitAsync(s_patience));
        await _clock.WaitForTimersAsync(1, s_patience);
    }
}
