using Theseus.Benchmarks.Calls.TheseusProxies;
using Theseus.Calls;

namespace Theseus.Benchmarks.Calls;

/// <summary>A slot with one generation, which takes every call.</summary>
internal sealed class SoleSlot : Slot
{
    public SoleSlot(object instance, int methods) : base("calculator", new Sole(new GenerationLeases(instance, methods)))
    {
    }

    public static ICalculator ProxyOf(ICalculator instance)
    {
        var methods = new ICalculatorProxy(null!).ContractMethods.Count;
        return new ICalculatorProxy(new SoleSlot(instance, methods));
    }

    // A thread's first call comes here; it gets its counters.
    public override RoutedCall Begin(ContractMethod method, RoutingKey key) =>
        TryEnter(Route, Route.Sole!, method.Index) ? new Call(Route.Sole!, method.Index) : throw new InvalidOperationException("Nobody publishes routes here.");

    public override ValueTask<RoutedCall> BeginAsync(ContractMethod method, RoutingKey key, CancellationToken cancellationToken) =>
        new(Begin(method, key));

    private sealed class Sole(GenerationLeases leases) : RoutingSnapshot(leases);

    private sealed class Call(GenerationLeases leases, int method) : RoutedCall
    {
        public override object Instance => leases.Instance!;

        public override bool WantsCopy => false;

        public override void Succeed()
        {
        }

        public override bool CanShield(Exception failure) => false;

        public override void Shield(Exception failure) => throw new NotSupportedException();

        public override void Fail(Exception failure)
        {
        }

        public override void Copy(Func<object, CancellationToken, ValueTask<object?>> replay, object? answer)
        {
        }

        public override void End() => leases.CountOut(method);
    }
}
