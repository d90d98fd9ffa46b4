using Theseus.Runtime.Routing;
using Theseus.Runtime.Swapping;

namespace Theseus.Runtime.Tests.Routing;

public sealed class HoldLaws
{
    private readonly SlotFixture _slot = new();

    public HoldLaws() => _slot.Slot.Publish(new SoleRoute(_slot.StableLeases));

    private Quiesce Quiesce => new(_slot.Slot, _slot.StableLeases, () => new SoleRoute(_slot.StableLeases));

    [Fact]
    public async Task CallersThatAreHeldGoToWhatIsPublishedNext()
    {
        var quiesce = Quiesce;
        Assert.True(await quiesce.HoldAsync(SlotFixture.Deadline, CancellationToken.None));
        var blocked = Task.Factory.StartNew(() => _slot.Proxy.Echo("a"), TaskCreationOptions.LongRunning);
        var waiting = _slot.Proxy.EchoAsync("b", CancellationToken.None).AsTask();

        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, _slot.Stable.Calls);
        _slot.Slot.Publish(new SoleRoute(_slot.CandidateLeases));
        quiesce.LetGo();

        Assert.Equal("candidate:a", await blocked.WaitAsync(SlotFixture.Deadline));
        Assert.Equal("candidate:b", await waiting.WaitAsync(SlotFixture.Deadline));
        Assert.Equal(0, _slot.Stable.Calls);
    }

    [Fact]
    public async Task WhenNothingIsPublishedCallersAreLetGoToTheOldGeneration()
    {
        var quiesce = Quiesce;
        Assert.True(await quiesce.HoldAsync(SlotFixture.Deadline, CancellationToken.None));
        var waiting = _slot.Proxy.EchoAsync("a", CancellationToken.None).AsTask();

        quiesce.LetGo();
        quiesce.LetGo();

        Assert.Equal("stable:a", await waiting.WaitAsync(SlotFixture.Deadline));
    }

    [Fact]
    public async Task AHoldThatCannotEmptyTheGenerationLetsCallersGo()
    {
        var end = new TaskCompletionSource();
        _slot.Stable.Before = _ => end.Task;
        var inside = _slot.Proxy.EchoAsync("inside", CancellationToken.None).AsTask();

        Assert.False(await Quiesce.HoldAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None));

        _slot.Stable.Before = null;
        Assert.Equal("stable:after", _slot.Proxy.Echo("after"));
        end.SetResult();
        Assert.Equal("stable:inside", await inside.WaitAsync(SlotFixture.Deadline));
    }

    [Fact]
    public async Task ASynchronousCallFromInsideTheHeldGenerationIsLetIn()
    {
        // A calls B, and B calls A again: the inner call must not wait for the outer one's end.
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var nested = "";
        _slot.Stable.First = text =>
        {
            if (text == "outer")
            {
                entered.Set();
                Assert.True(go.Wait(SlotFixture.Deadline));
                nested = _slot.Proxy.Echo("inner");
            }
        };
        var outer = Task.Factory.StartNew(() => _slot.Proxy.Echo("outer"), TaskCreationOptions.LongRunning);
        Assert.True(entered.Wait(SlotFixture.Deadline));
        var quiesce = Quiesce;
        var holding = quiesce.HoldAsync(SlotFixture.Deadline, CancellationToken.None);

        go.Set();

        Assert.True(await holding.WaitAsync(SlotFixture.Deadline));
        Assert.Equal("stable:outer", await outer.WaitAsync(SlotFixture.Deadline));
        Assert.Equal("stable:inner", nested);
        quiesce.LetGo();
    }

    [Fact]
    public async Task AHeldCallHonoursItsOwnToken()
    {
        var quiesce = Quiesce;
        Assert.True(await quiesce.HoldAsync(SlotFixture.Deadline, CancellationToken.None));
        using var callers = new CancellationTokenSource();
        var waiting = _slot.Proxy.EchoAsync("a", callers.Token).AsTask();

        await callers.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(SlotFixture.Deadline));
        quiesce.LetGo();
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public void AnEmptySlotSaysWhatToDo()
    {
        var slot = new SlotFixture();
        var refused = Assert.Throws<ComponentUnavailableException>(() => slot.Proxy.Echo("a"));
        Assert.Contains("wait until the host has started", refused.Message);
    }

    [Fact]
    public async Task AStreamOutlivesTwoSwaps()
    {
        var third = new Echoes("third");
        var thirdLeases = _slot.LeasesOf(third);
        await using var stream = _slot.Proxy.CountAsync(3, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());

        _slot.Slot.Publish(new SoleRoute(_slot.CandidateLeases));
        var firstDrain = _slot.StableLeases.DrainAsync();
        _slot.Slot.Publish(new SoleRoute(thirdLeases));
        await _slot.CandidateLeases.DrainAsync().WaitAsync(SlotFixture.Deadline);

        Assert.False(firstDrain.IsCompleted);
        Assert.Equal(1, _slot.StableLeases.InFlight);
        Assert.True(await stream.MoveNextAsync());
        Assert.True(await stream.MoveNextAsync());
        Assert.False(await stream.MoveNextAsync());
        await firstDrain.WaitAsync(SlotFixture.Deadline);
        Assert.Equal("third:a", _slot.Proxy.Echo("a"));
    }
}
