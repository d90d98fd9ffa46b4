using Theseus.Calls;
using Theseus.Fleet.Metrics;

namespace Theseus.Runtime.Metrics;

/// <summary>Counts and times the calls of one generation, per method of its contract. Holds nothing of the component. Thread-safe.</summary>
internal sealed class GenerationMeter : CallMeter
{
    private readonly IReadOnlyList<ContractMethod> _names;
    private readonly MethodMeter[] _methods;

    /// <summary>Makes a meter that has counted nothing.</summary>
    /// <param name="methods">The contract's methods, by number.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="sampling">Which calls are timed.</param>
    public GenerationMeter(IReadOnlyList<ContractMethod> methods, TimeProvider time, CallSampling sampling) : base(time, sampling)
    {
        _names = methods;
        _methods = [.. methods.Select(_ => new MethodMeter())];
    }

    /// <summary>What was counted so far, of the methods that were called.</summary>
    public IReadOnlyList<MethodMetrics> Read() => [.. _methods.Select((method, index) => method.Read(_names[index].Name)).OfType<MethodMetrics>()];

    /// <summary>What was counted so far of all methods together, with the latencies of those calls that were timed.</summary>
    public (TrialSideObservation Side, long Timed) ReadAsOne()
    {
        var methods = Read();
        var latency = LatencySketch.Merge(methods.Select(method => method.Latency));
        return (
            new(methods.Sum(method => method.Answered + method.Failed), methods.Sum(method => method.Failed), At(0.5), At(0.99)),
            latency.Count);

        TimeSpan At(double quantile) => TimeSpan.FromMicroseconds((latency.Quantile(quantile) ?? 0) / 1e3);
    }

    /// <summary>Keeps what was counted in little memory, once no call can come or end any more.</summary>
    public void Close()
    {
        for (var index = 0; index < _methods.Length; index++)
        {
            _methods[index].Close(_names[index].Name);
        }
    }

    /// <inheritdoc/>
    protected override void CountAnswered(int method, long nanoseconds) => _methods[method].CountAnswered(nanoseconds);

    /// <inheritdoc/>
    protected override void CountFailed(int method, string kind) => _methods[method].CountFailed(kind);

    /// <inheritdoc/>
    protected override void CountGivenUp(int method) => _methods[method].CountGivenUp();
}
