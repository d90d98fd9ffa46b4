using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Numerics;
using Theseus.Benchmarks.Calls;
using Theseus.Runtime.Metrics;

namespace Theseus.Benchmarks.Recording;

/// <summary>Reads the clock before and after each call, which every way of timing has to.</summary>
internal sealed class ClockAlone(ICalculator target) : Replaceable
{
    public override int Add(int left, int right)
    {
        var begun = Stopwatch.GetTimestamp();
        var sum = target.Add(left, right);
        return Stopwatch.GetTimestamp() < begun ? 0 : sum;
    }
}

/// <summary>Counts a latency that it has from elsewhere.</summary>
internal sealed class CountAlone(ICalculator target, MethodMeter meter) : Replaceable
{
    public override int Add(int left, int right)
    {
        meter.CountAnswered(1_000 + (right & 1023));
        return target.Add(left, right);
    }
}

/// <summary>The framework's own instrument, heard by a listener that counts in powers of two: the least that an exporter does.</summary>
internal sealed class WithInstrument : Replaceable, IDisposable
{
    private readonly ICalculator _target;
    private readonly Meter _meter = new("Theseus.Benchmarks");
    private readonly Histogram<double> _histogram;
    private readonly MeterListener _listener = new();
    private readonly long[] _counts = new long[64];

    public WithInstrument(ICalculator target)
    {
        _target = target;
        _histogram = _meter.CreateHistogram<double>("calls");
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => Interlocked.Increment(ref _counts[BitOperations.Log2((ulong)(seconds * 1e9) | 1)]));
        _listener.EnableMeasurementEvents(_histogram);
        _listener.Start();
    }

    public override int Add(int left, int right)
    {
        var begun = Stopwatch.GetTimestamp();
        var sum = _target.Add(left, right);
        _histogram.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        return sum;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }
}

/// <summary>A histogram in powers of two under a lock.</summary>
internal sealed class UnderLockHistogram(ICalculator target) : Replaceable
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[64];

    public override int Add(int left, int right)
    {
        var begun = Stopwatch.GetTimestamp();
        var sum = target.Add(left, right);
        var bucket = BitOperations.Log2((ulong)(Stopwatch.GetTimestamp() - begun) | 1);
        lock (_lock)
        {
            _counts[bucket]++;
        }

        return sum;
    }
}
