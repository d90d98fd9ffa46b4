using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;
using Theseus.Fixtures;
using Theseus.Runtime.Loading;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>What a generation's container, context and surroundings do while it lives and when it ends.</summary>
public sealed class ReleaseLaws
{
    [Fact]
    public async Task AGenerationEndsInTheReverseOfItsMaking()
    {
        var journal = new Journal();
        var component = ComponentLoader.Load(new LoadRequest(
            FixtureRelease.Of("LoadFixtures", "Theseus.Fixtures.Loading.Serviced", typeof(IAsk)),
            typeof(IAsk), Collectible: true, new Surroundings { SharedState = journal }.ToComponent()));
        Assert.Equal("inner", ((IAsk)component.Instance).Ask("anything"));
        Assert.Empty(await component.ReleaseAsync(Surroundings.Deadline()));
        // The task ends by itself once the token is cancelled, at any place before the container goes.
        Assert.Equal(
            ["second on-stop action", "first on-stop action", "component disposed", "inner disposed"],
            journal.Entries.Where(e => e != "background task ended"));
        Assert.InRange(journal.Entries.ToList().IndexOf("background task ended"), 0, 2);
        Assert.Same(component.BeginUnload(), component.BeginUnload());
        Assert.Throws<ObjectDisposedException>(() => component.Instance);
    }

    [Fact]
    public async Task AFaultInBackgroundWorkIsReportedWithoutTheException()
    {
        var surroundings = new Surroundings();
        var context = new ComponentContext("fixture", "1.0.0", surroundings.ToComponent());
        context.Run("poller", _ => throw new TimeoutException("away"));
        Assert.Empty(await StopAsync(context));
        var (name, fault) = Assert.Single(surroundings.Faults);
        Assert.Equal("poller", name);
        Assert.Equal("System.TimeoutException: away", Assert.IsType<DetachedException>(fault).Summary);
    }

    [Fact]
    public async Task CancelledWorkIsNoFaultOnceTheGenerationStops()
    {
        var surroundings = new Surroundings();
        var context = new ComponentContext("fixture", "1.0.0", surroundings.ToComponent());
        context.Run("waiter", token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
        Assert.Empty(await StopAsync(context));
        Assert.Empty(surroundings.Faults);
        Assert.Throws<InvalidOperationException>(() => context.Run("late", _ => Task.CompletedTask));
        Assert.Throws<InvalidOperationException>(() => context.StartTimer("late", TimeSpan.FromSeconds(1), _ => default));
        Assert.Throws<InvalidOperationException>(() => context.OnStop("late", () => { }));
    }

    [Fact]
    public async Task ATimerCallsOnePeriodAfterTheLastCallHasEndedAndSurvivesAFault()
    {
        var time = new ManualTimeProvider();
        var surroundings = new Surroundings { Time = time };
        var context = new ComponentContext("fixture", "1.0.0", surroundings.ToComponent());
        var calls = new SemaphoreSlim(0);
        var ends = new SemaphoreSlim(0);
        context.StartTimer("ticker", TimeSpan.FromMinutes(1), async token =>
        {
            calls.Release();
            await ends.WaitAsync(token);
            throw new TimeoutException("away");
        });
        for (var call = 1; call <= 2; call++)
        {
            await time.WaitForTimersAsync(1, Surroundings.Patience);
            time.Advance(TimeSpan.FromMinutes(1));
            await calls.WaitAsync(Surroundings.Deadline());
            Assert.Equal(0, time.ArmedTimers);
            ends.Release();
            await surroundings.FaultTold.WaitAsync(Surroundings.Deadline());
            Assert.Equal(call, surroundings.Faults.Count);
        }

        Assert.Empty(await StopAsync(context));
        Assert.Equal(0, time.ArmedTimers);
    }

    [Fact]
    public async Task ADisposedTimerCallsNoMore()
    {
        var time = new ManualTimeProvider();
        var context = new ComponentContext("fixture", "1.0.0", new Surroundings { Time = time }.ToComponent());
        var timer = context.StartTimer("ticker", TimeSpan.FromMinutes(1), _ => throw new InvalidOperationException("called"));
        await time.WaitForTimersAsync(1, Surroundings.Patience);
        timer.Dispose();
        // Nobody has told the generation to stop: the timer's own end takes its delay away, and nothing is left to wait for.
        await time.WaitUntilAsync(static clock => clock.ArmedTimers == 0, Surroundings.Patience);
        timer.Dispose();
        Assert.Empty(await StopAsync(context));
        Assert.Empty(context.Unfinished);
    }

    [Fact]
    public async Task WhatDoesNotEndInTimeIsNamedAndTheRestIsReleasedAllTheSame()
    {
        var context = new ComponentContext("fixture", "1.0.0", new Surroundings().ToComponent());
        var released = false;
        var never = new TaskCompletionSource();
        context.OnStop("second to run", () => released = true);
        context.OnStop("first to run", () => throw new TimeoutException("away"));
        context.Run("stubborn", _ => never.Task);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        var steps = new ReleaseSteps(deadline.Token);
        await context.StopAsync(steps);
        Assert.True(released);
        Assert.Equal(
            ["its on-stop action 'first to run' threw System.TimeoutException: away", "the background task 'stubborn' did not end before the deadline"],
            steps.Problems);
        never.SetResult();
    }

    [Fact]
    public void TimersMadeWithTheContextsClockEndWithIt()
    {
        var time = new ManualTimeProvider();
        var clock = new GenerationTimeProvider(time);
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fired);
        clock.Dispose();
        Assert.Equal(0, time.ArmedTimers);
        using var late = clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void ConfigurationChangesReachAComponentUntilItEnds()
    {
        var host = new ConfigurationManager();
        using var configuration = new GenerationConfiguration(host.GetSection("Settings"), new Dictionary<string, string> { ["Size"] = "3" });
        var changes = 0;
        using var registration = ChangeToken.OnChange(configuration.GetReloadToken, () => changes++);
        host["Settings:Colour"] = "red";
        ((IConfigurationRoot)host).Reload();
        Assert.Equal("red", configuration["Colour"]);
        Assert.Equal("red", configuration.GetSection("Colour").Value);
        Assert.Equal("3", configuration["Size"]);
        Assert.Equal("Settings", configuration.Path);
        var before = changes;
        Assert.True(before > 0);
        configuration.Dispose();
        ((IConfigurationRoot)host).Reload();
        Assert.Equal(before, changes);
    }

    [Fact]
    public async Task AnIsolatedFlowKeepsItsOwnValuesAcrossAwaits()
    {
        var local = new AsyncLocal<string?> { Value = "outer" };
        var seen = await IsolatedFlow.RunAsync(async () =>
        {
            var before = local.Value;
            local.Value = "inner";
            await Task.Yield();
            return (before, local.Value);
        });
        Assert.Equal((null, "inner"), seen);
        Assert.Equal("outer", local.Value);
    }

    [Fact]
    public void AComponentCannotAddAProviderToTheHostsLog() =>
        Assert.Throws<NotSupportedException>(() => new GenerationLoggerFactory(NullLoggerFactory.Instance, "fixture").AddProvider(NullLoggerProvider.Instance));

    private static async Task<IReadOnlyList<string>> StopAsync(ComponentContext context)
    {
        var steps = new ReleaseSteps(Surroundings.Deadline());
        await context.StopAsync(steps);
        return steps.Problems;
    }
}
