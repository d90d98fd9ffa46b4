namespace Theseus.Control.Tests.Components;

public sealed class WaitingLaws
{
    private static readonly CancellationToken none = CancellationToken.None;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WhoWaitsForAComponentHasItWhenItIsAsWanted()
    {
        var registry = await Parts.OpenAsync(new MemoryStore());
        var registered = registry.WaitForAsync("prices", found => found is not null, none);
        var active = registry.WaitForAsync("prices", found => found is { Lifecycle: ComponentLifecycle.Active }, none);
        var gone = registry.WaitForAsync("prices", found => found is null && registry.IsRetired("prices"), none);

        await registry.RegisterAsync(Parts.Of("stock"), "Another one.", none);
        Assert.False(registered.IsCompleted);

        await registry.RegisterAsync(Parts.Of("prices"), "First.", none);
        Assert.Equal(ComponentLifecycle.Registered, (await registered.WaitAsync(s_deadline))!.Lifecycle);
        Assert.False(active.IsCompleted);

        await registry.MoveAsync("prices", new(ComponentLifecycle.Active, "It serves.") { Version = Parts.V("1.0.0") }, none);
        Assert.Equal(Parts.V("1.0.0"), (await active.WaitAsync(s_deadline))!.CurrentVersion);
        Assert.False(gone.IsCompleted);

        await registry.RemoveAsync("prices", "Enough.", none);
        Assert.Null(await gone.WaitAsync(s_deadline));
    }

    [Fact]
    public async Task WhatIsSoAlreadyIsNotWaitedFor()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));

        Assert.True(registry.WaitForAsync("prices", found => found is not null, none).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task AChangeBetweenLookingAndWaitingIsNotMissed()
    {
        var registry = await Parts.OpenAsync(new MemoryStore());
        var looks = 0;

        var found = await registry.WaitForAsync(
            "prices",
            found =>
            {
                if (looks++ == 0)
                {
                    Assert.True(registry.RegisterAsync(Parts.Of("prices"), "First.", none).IsCompletedSuccessfully);
                }

                return found is not null;
            },
            none).WaitAsync(s_deadline);

        Assert.Equal("prices", found!.Name);
        Assert.Equal(2, looks);
    }

    [Fact]
    public async Task WhatAnotherControlPlaneSavedIsSeenWhenItIsTakenOver()
    {
        var store = new MemoryStore();
        var registry = await Parts.OpenAsync(store);
        var waiting = registry.WaitForAsync("prices", found => found is not null, none);
        await (await Parts.OpenAsync(store)).RegisterAsync(Parts.Of("prices"), "There.", none);
        Assert.False(waiting.IsCompleted);

        await registry.RefreshAsync(none);

        Assert.Equal("prices", (await waiting.WaitAsync(s_deadline))!.Name);
    }

    [Fact]
    public async Task WhoGivesUpWaitingWaitsNoLonger()
    {
        var registry = await Parts.OpenAsync(new MemoryStore());
        using var patience = new CancellationTokenSource();
        var waiting = registry.WaitForAsync("prices", found => found is not null, patience.Token);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(s_deadline));
    }
}
