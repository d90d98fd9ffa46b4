using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>The state that a swap hands over is kept on disk, so that the release from before can begin with it again.</summary>
public sealed class SnapshotLaws
{
    private static Task<LiveHost> StartAsync(string version = "[1.0.0]", string? folder = null) => LiveHost.StartAsync(
        theseus => theseus.AddComponent<IRateLimiter>("rate-limiter", options =>
        {
            LiveHost.FromOne(options);
            options.InitialVersion = version;
        }),
        folder);

    private static void Take(LiveHost host, int times)
    {
        for (var i = 0; i < times; i++)
        {
            host.Limiter.TryAcquire($"client{i}", 1);
        }
    }

    [Theory]
    [InlineData("1.0.0", "2.0.0")] // transferred
    [InlineData("1.1.0", "2.0.0")] // caught up: a copy and what changed after it
    public async Task AReleaseBeginsAgainWithTheStateThatItHadBeforeItWasReplaced(string from, string to)
    {
        await using var host = await StartAsync($"[{from}]");
        Take(host, 40);
        var swap = await host.Engine.SwapAsync("rate-limiter", to, LiveHost.Quick with { SnapshotName = "before" });
        Assert.Equal((SwapOutcome.Completed, ""), (swap.Outcome, swap.Detail));
        Take(host, 70);
        Assert.Equal(110, host.Limiter.TotalGranted());

        var back = await host.Engine.SwapAsync("rate-limiter", from, LiveHost.Quick with { RestoreSnapshot = "before" });

        Assert.Equal((SwapOutcome.Completed, ""), (back.Outcome, back.Detail));
        Assert.Equal(40, host.Limiter.TotalGranted());
        Assert.Equal(TimeSpan.Zero.Ticks, back.StateBytes);
        Assert.Contains("was dropped, as was asked for", back.LostState);
        Assert.Equal(back.LostState, host.Engine.GetHistory("rate-limiter")[0].LostState);
    }

    [Fact]
    public async Task ItIsKeptThroughARestart()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-states-").FullName;
        await using (var first = await StartAsync(folder: folder))
        {
            Take(first, 25);
            Assert.Equal(SwapOutcome.Completed, (await first.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick with { SnapshotName = "before" })).Outcome);
        }

        await using var host = await StartAsync(folder: folder);
        Assert.Equal(0, host.Limiter.TotalGranted());

        var back = await host.Engine.SwapAsync("rate-limiter", "1.0.0", LiveHost.Quick with { RestoreSnapshot = "before" });

        Assert.Equal((SwapOutcome.Completed, ""), (back.Outcome, back.Detail));
        Assert.Equal(25, host.Limiter.TotalGranted());
    }

    [Fact]
    public async Task OnATrialThatIsTakenBackTheStateOfNowServesAgain()
    {
        await using var host = await StartAsync();
        Take(host, 10);
        await host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick with { SnapshotName = "before" });
        Take(host, 30);
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("rate-limiter", "1.0.0", LiveHost.Quick with { RestoreSnapshot = "before", Trial = new() { Duration = TimeSpan.FromHours(1) }, Progress = steps });
        await steps.BeginAsync(SwapStep.Observe);
        Assert.Equal(10, host.Limiter.TotalGranted());

        var back = await host.Engine.RollbackAsync("rate-limiter");

        Assert.Same(back, await swap);
        Assert.Equal(40, host.Limiter.TotalGranted());
        Assert.StartsWith("What calls changed in rate-limiter 1.0.0 since the swap is lost", back.LostState);
    }

    [Fact]
    public async Task WhatWasKeptForASwapThatIsTakenBackIsForgotten()
    {
        await using var host = await StartAsync();
        Take(host, 10);
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick with { SnapshotName = "before", Trial = new() { Duration = TimeSpan.FromHours(1) }, Progress = steps });
        await steps.BeginAsync(SwapStep.Observe);
        await host.Engine.RollbackAsync("rate-limiter");
        await swap;

        Assert.Empty(host.Engine.GetSnapshots("rate-limiter"));
        Assert.Empty(Directory.EnumerateFiles(host.Folder, "*.state*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("good")] // one that has the name of the one that is there
    [InlineData("bad")]
    public async Task ASwapThatIsTakenBackCostsNoStateThatWasKeptBefore(string name)
    {
        await using var host = await StartAsync();
        var one = LiveHost.Quick with { State = new() { KeptSnapshots = 1 } };
        Take(host, 10);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "2.0.0", one with { SnapshotName = "good" })).Outcome);
        Take(host, 30);
        var steps = new Steps();
        var swap = host.Engine.SwapAsync("rate-limiter", "1.1.0", one with { SnapshotName = name, Trial = new() { Duration = TimeSpan.FromHours(1) }, Progress = steps });
        await steps.BeginAsync(SwapStep.Observe);
        await host.Engine.RollbackAsync("rate-limiter");
        await swap;

        Assert.Equal("good", Assert.Single(host.Engine.GetSnapshots("rate-limiter")).Name);
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "1.0.0", one with { RestoreSnapshot = "good" })).Outcome);
        Assert.Equal(10, host.Limiter.TotalGranted());
    }

    [Theory]
    [InlineData("good")]
    [InlineData("better")]
    public async Task ASwapThatIsConfirmedKeepsItsStateInPlaceOfTheOldest(string name)
    {
        await using var host = await StartAsync();
        var one = LiveHost.Quick with { State = new() { KeptSnapshots = 1 } };
        await host.Engine.SwapAsync("rate-limiter", "2.0.0", one with { SnapshotName = "good" });

        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("rate-limiter", "1.1.0", one with { SnapshotName = name })).Outcome);

        var kept = Assert.Single(host.Engine.GetSnapshots("rate-limiter"));
        Assert.Equal((name, "2.0.0"), (kept.Name, kept.Release.Version));
        Assert.Single(Directory.EnumerateFiles(host.Folder, "*.state*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("before", "2.0.0", "in schema 1")] // of another schema than the release's
    [InlineData("other", "1.0.0", "Kept are: before")]
    [InlineData("../before", "1.0.0", "RestoreSnapshot has to be")]
    public async Task AStateThatTheReleaseCannotBeginWithIsRefusedAndNothingChanges(string name, string version, string told)
    {
        await using var host = await StartAsync();
        Take(host, 10);
        await host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick with { SnapshotName = "before" });
        await host.Engine.SwapAsync("rate-limiter", "1.1.0", LiveHost.Quick with { State = new() { KeptSnapshots = 0 } });
        Take(host, 5);

        var result = await host.Engine.SwapAsync("rate-limiter", version, LiveHost.Quick with { RestoreSnapshot = name });

        Assert.NotEqual(SwapOutcome.Completed, result.Outcome);
        Assert.Contains(told, result.Detail);
        Assert.Equal(15, host.Limiter.TotalGranted());
        Assert.Equal("1.1.0", host.Engine.GetStatus("rate-limiter").ServingVersion);
    }

    [Fact]
    public async Task OneThatIsDamagedIsRefusedAndNothingChanges()
    {
        await using var host = await StartAsync();
        Take(host, 10);
        await host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick with { SnapshotName = "before" });
        var file = Assert.Single(Directory.EnumerateFiles(host.Folder, "*.state", SearchOption.AllDirectories));
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var result = await host.Engine.SwapAsync("rate-limiter", "1.0.0", LiveHost.Quick with { RestoreSnapshot = "before" });

        Assert.Equal((SwapOutcome.Failed, SwapReason.StateRefused), (result.Outcome, result.Reason));
        Assert.Contains("its bytes are not those that were written", result.Detail);
        Assert.Equal(10, host.Limiter.TotalGranted());
    }

    [Fact]
    public async Task ADiskThatDoesNotTakeItIsToldAndTheSwapGoesOn()
    {
        await using var host = await StartAsync();
        Take(host, 10);
        // Where the component's folder would be there is a file.
        await File.WriteAllTextAsync(Path.Combine(Assert.Single(Directory.EnumerateDirectories(host.Folder, "states", SearchOption.AllDirectories)), "rate-limiter"), "");

        var result = await host.Engine.SwapAsync("rate-limiter", "2.0.0", LiveHost.Quick);

        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.Contains(result.Notes, note => note.StartsWith("The state of rate-limiter 1.0.0 as of the swap could not be kept", StringComparison.Ordinal));
        Assert.Equal(10, host.Limiter.TotalGranted());
    }
}
