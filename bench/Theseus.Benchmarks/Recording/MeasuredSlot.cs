using Theseus.Benchmarks.Calls;
using Theseus.Benchmarks.Calls.TheseusProxies;
using Theseus.Calls;
using Theseus.Runtime.Metrics;
using Theseus.Runtime.Routing;

namespace Theseus.Benchmarks.Recording;

/// <summary>A host's slot with one generation, whose calls are counted or not.</summary>
internal static class MeasuredSlot
{
    /// <param name="instance">The component.</param>
    /// <param name="timeOneIn">One in how many calls is timed; null when nobody looks.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public static ICalculator ProxyOf(ICalculator instance, int? timeOneIn, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var slot = new ComponentSlot("calculator", time);
        var proxy = new ICalculatorProxy(slot);
        slot.SetMethods(proxy.ContractMethods);
        slot.Publish(new SoleRoute(new GenerationLeases(instance, slot.Methods.Count, new GenerationMeter(slot.Methods, time, slot.Sampling))));
        slot.Measure(timeOneIn);
        return proxy;
    }
}

/// <summary>A clock without the cost of reading one, so that what is left is the recording. Its latencies are about a microsecond.</summary>
internal sealed class FreeClock : TimeProvider
{
    [ThreadStatic] private static long t_now;

    public override long GetTimestamp() => t_now += 1_000 + (t_now & 511);
}
