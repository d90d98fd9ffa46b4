using Theseus.Runtime.Routing;
using Theseus.Runtime.Tests.Routing;

namespace Theseus.Runtime.Tests.Metrics;

public sealed class MeasuredSwapLaws
{
    private const int Rounds = 200;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly SlotFixture _slot = new();

    [Fact]
    public async Task SwapsUnderLoadLoseNoCallAndNoCount()
    {
        _slot.Slot.Measure(1);
        _slot.Slot.Publish(new SoleRoute(_slot.StableLeases));
        var calls = await UnderLoadAsync(async () =>
        {
            var left = 0L;
            for (var round = 0; round < Rounds; round++)
            {
                var (to, toMeter, from, fromMeter) = round % 2 == 0
                    ? (_slot.CandidateLeases, _slot.CandidateMeter, _slot.StableLeases, _slot.StableMeter)
                    : (_slot.StableLeases, _slot.StableMeter, _slot.CandidateLeases, _slot.CandidateMeter);
                // Whoever was out had been counted, so nothing was counted since.
                Assert.Equal(left, toMeter.Read().Sum(one => one.Calls));
                to.StopDraining();
                _slot.Slot.Publish(new SoleRoute(to));
                if (round % 20 < 2)
                {
                    // Not so fast that nobody calls in between.
                    var before = toMeter.Read().Sum(one => one.Calls);
                    Assert.True(SpinWait.SpinUntil(() => toMeter.Read().Sum(one => one.Calls) > before, s_deadline));
                }

                await from.DrainAsync().WaitAsync(s_deadline);
                left = fromMeter.Read().Sum(one => one.Calls);
            }
        });

        Assert.Equal(calls, _slot.StableMeter.Read().Concat(_slot.CandidateMeter.Read()).Sum(one => one.Answered));
        Assert.Equal(calls, _slot.StableMeter.Read().Concat(_slot.CandidateMeter.Read()).Sum(one => one.Latency.Count));
        _slot.AssertNobodyIsInside();
    }

    [Fact]
    public async Task LookingAndLookingAwayUnderLoadLosesNoCall()
    {
        _slot.Slot.Publish(new SoleRoute(_slot.StableLeases));
        var calls = await UnderLoadAsync(async () =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                _slot.Slot.Measure(round % 3 == 0 ? 8 : 1);
                if (round % 20 == 0)
                {
                    var before = _slot.StableMeter.Read().Sum(one => one.Calls);
                    Assert.True(SpinWait.SpinUntil(() => _slot.StableMeter.Read().Sum(one => one.Calls) > before, s_deadline));
                }

                await Task.Yield();
                _slot.Slot.Measure(null);
            }
        });

        Assert.IsType<SoleRoute>(_slot.Slot.Current);
        Assert.InRange(_slot.StableMeter.Read().Sum(one => one.Calls), 1, calls);
        Assert.Equal(calls, _slot.Stable.Calls);
        _slot.AssertNobodyIsInside();
    }

    private async Task<long> UnderLoadAsync(Func<Task> work)
    {
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var calls = 0L;
                while (!stop.IsCancellationRequested)
                {
                    Assert.EndsWith(":a", _slot.Proxy.Echo("a"), StringComparison.Ordinal);
                    calls++;
                }

                return calls;
            },
            TaskCreationOptions.LongRunning)).ToArray();
        await work();
        await stop.CancelAsync();
        return (await Task.WhenAll(callers).WaitAsync(s_deadline)).Sum();
    }
}
