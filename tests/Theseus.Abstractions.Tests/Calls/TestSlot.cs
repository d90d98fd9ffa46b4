namespace Theseus.Calls;

/// <summary>The least slot there can be: every call goes to the generation published last.</summary>
internal sealed class TestSlot(GenerationLeases first) : Slot("test", new Snapshot(first))
{
    public List<TestCall> Calls { get; } = [];

    public RoutingSnapshot Current => Route;

    public void Publish(GenerationLeases generation) => Route = new Snapshot(generation);

    /// <summary>Enters as a proxy does: the fast way, and if that is refused the other.</summary>
    public CallLease Enter(int method)
    {
        while (true)
        {
            if (TryEnter(method, out var lease))
            {
                return lease;
            }

            var route = Route;
            if (TryEnter(route, route.Sole!, method))
            {
                return new CallLease(route.Sole!, []);
            }
        }
    }

    public override RoutedCall Begin(ContractMethod method, RoutingKey key)
    {
        var route = Route;
        while (!TryEnter(route, route.Sole!, method.Index))
        {
            route = Route;
        }

        var call = new TestCall(route.Sole!, method.Index);
        Calls.Add(call);
        return call;
    }

    public override ValueTask<RoutedCall> BeginAsync(ContractMethod method, RoutingKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Begin(method, key));
    }

    private sealed class Snapshot(GenerationLeases sole) : RoutingSnapshot(sole);
}

/// <summary>A call on the routed way that notes what it is told.</summary>
internal sealed class TestCall(GenerationLeases leases, int method) : RoutedCall
{
    private int _ends;

    public bool Succeeded { get; private set; }

    public List<Exception> Failures { get; } = [];

    public int Ends => Volatile.Read(ref _ends);

    public override object Instance => leases.Instance!;

    public override bool WantsCopy => false;

    public override void Succeed() => Succeeded = true;

    public override bool CanShield(Exception failure) => false;

    public override void Shield(Exception failure) => throw new NotSupportedException();

    public override void Fail(Exception failure) => Failures.Add(failure);

    public override void Copy(Func<object, CancellationToken, ValueTask<object?>> replay, object? answer) => throw new NotSupportedException();

    public override void End()
    {
        leases.CountOut(method);
        Interlocked.Increment(ref _ends);
    }
}
