using Theseus.Runtime.Metrics;
using Theseus.Runtime.Routing;
using Theseus.Runtime.Tests.Routing;

namespace Theseus.Runtime.Tests.Metrics;

public sealed class MeasuredTrialLaws
{
    private readonly SlotFixture _slot = new();

    public MeasuredTrialLaws() => _slot.Slot.Measure(1);

    [Fact]
    public void BothSidesOfATrialAreMeasured()
    {
        var trial = _slot.Try(share: 0.5);
        for (var call = 0; call < 2_000; call++)
        {
            _slot.Proxy.Keyed($"tenant-{call}");
        }

        var (stable, candidate) = (Only(_slot.StableMeter), Only(_slot.CandidateMeter));
        var seen = trial.Observe(TimeSpan.Zero);
        Assert.Equal((seen.Stable.Calls, seen.Candidate.Calls), (stable.Answered, candidate.Answered));
        Assert.Equal(2_000, stable.Latency.Count + candidate.Latency.Count);
        Assert.All([stable, candidate], side => Assert.True(side.Answered > 0));
    }

    [Fact]
    public void ATrialWhereNobodyLooksIsNotMeasured()
    {
        _slot.Slot.Measure(null);
        _slot.Try(share: 1);
        _slot.Proxy.Echo("a");

        Assert.Empty(_slot.CandidateMeter.Read());
    }

    [Fact]
    public void MeasuringMayBeginAndEndInTheMiddleOfATrial()
    {
        _slot.Slot.Measure(null);
        _slot.Try(share: 1);
        _slot.Proxy.Echo("a");
        _slot.Slot.Measure(1);
        _slot.Proxy.Echo("b");
        _slot.Slot.Measure(null);
        _slot.Proxy.Echo("c");

        Assert.Equal(1, Only(_slot.CandidateMeter).Calls);
    }

    [Fact]
    public void AShieldedCallIsTheCandidatesFailureAndNoCallOfTheStableVersions()
    {
        _slot.Try(share: 1);
        _slot.Candidate.First = _ => throw new FormatException("bad release");

        Assert.Equal("stable:a", _slot.Proxy.Echo("a"));

        var candidate = Only(_slot.CandidateMeter);
        Assert.Equal((0, 1), (candidate.Answered, candidate.FailuresByKind["System.FormatException"]));
        Assert.Empty(_slot.StableMeter.Read());
    }

    [Fact]
    public void ACallThatBothVersionsFailIsTheCandidatesFailureOnce()
    {
        _slot.Try(share: 1);
        _slot.Candidate.First = _ => throw new FormatException("bad input");
        _slot.Stable.First = _ => throw new InvalidOperationException("bad input");

        Assert.Throws<InvalidOperationException>(() => _slot.Proxy.Echo("a"));

        Assert.Equal(["System.FormatException"], Only(_slot.CandidateMeter).FailuresByKind.Keys);
        Assert.Equal(1, Only(_slot.CandidateMeter).Calls);
        Assert.Empty(_slot.StableMeter.Read());
    }

    [Fact]
    public void AFailureThatIsNotShieldedIsOfTheSideThatTookTheCall()
    {
        _slot.Try(share: 0);
        _slot.Stable.First = _ => throw new FormatException();

        Assert.Throws<FormatException>(() => _slot.Proxy.Once("a"));

        Assert.Equal(1, Only(_slot.StableMeter).FailuresByKind["System.FormatException"]);
        Assert.Empty(_slot.CandidateMeter.Read());
    }

    [Fact]
    public async Task ACallThatItsCallerCancelledIsGivenUp()
    {
        _slot.Try(share: 1);
        using var callers = new CancellationTokenSource();
        _slot.Candidate.Before = token =>
        {
            callers.Cancel();
            token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _slot.Proxy.EchoAsync("a", callers.Token).AsTask());

        Assert.Equal((1, 0, 1), (Only(_slot.CandidateMeter).GivenUp, Only(_slot.CandidateMeter).Failed, Only(_slot.CandidateMeter).Calls));
    }

    [Fact]
    public void CallsThatAreNotedForAWarmUpAreMeasured()
    {
        _slot.Slot.Publish(new RecordingRoute(_slot.StableLeases, new CallRecorder(capacity: 4)));

        _slot.Proxy.Echo("a");

        Assert.Equal((1, 1), (Only(_slot.StableMeter).Answered, Only(_slot.StableMeter).Latency.Count));
    }

    private static MethodMetrics Only(GenerationMeter meter) => Assert.Single(meter.Read());
}
