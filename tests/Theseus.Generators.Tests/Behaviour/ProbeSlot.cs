using Theseus.Calls;

namespace Theseus.Generators.Tests.Behaviour;

/// <summary>A slot with one generation, that goes the fast way or the routed way as the test says, and notes how calls went.</summary>
internal sealed class ProbeSlot : Slot
{
    private readonly GenerationLeases _leases;
    private readonly GenerationLeases? _stable;

    private ProbeSlot(object instance, object? stable, int methods)
        : base("probe", new Snapshot(null))
    {
        _leases = new GenerationLeases(instance, methods, Meter);
        _stable = stable is null ? null : new GenerationLeases(stable, methods);
    }

    public ProbeMeter Meter { get; } = new();

    public List<string> Log { get; } = [];

    public List<Func<object, CancellationToken, ValueTask<object?>>> Replays { get; } = [];

    public List<RoutingKey> Keys { get; } = [];

    public List<ContractMethod> Methods { get; } = [];

    public bool WantsCopies { get; init; }

    public bool FailsToCount { get; init; }

    public long InFlight => _leases.InFlight + (_stable?.InFlight ?? 0);

    public long Admitted => _leases.Admitted;

    /// <summary>All calls go the fast way.</summary>
    public static (ProbeSlot Slot, TContract Proxy) Fast<TContract>(TContract instance) where TContract : class
    {
        var slot = new ProbeSlot(instance, null, 64);
        slot.Route = new Snapshot(slot._leases);
        return (slot, slot.Proxy<TContract>());
    }

    /// <summary>All calls go the measured way.</summary>
    public static (ProbeSlot Slot, TContract Proxy) Measured<TContract>(TContract instance) where TContract : class
    {
        var slot = new ProbeSlot(instance, null, 64);
        slot.Route = new Snapshot(null, slot._leases);
        return (slot, slot.Proxy<TContract>());
    }

    /// <summary>All calls go the routed way: to a generation on trial, with a stable one behind it if one is given.</summary>
    public static (ProbeSlot Slot, TContract Proxy) Routed<TContract>(
        TContract instance, TContract? stable = null, bool wantsCopies = false, bool failsToCount = false) where TContract : class
    {
        var slot = new ProbeSlot(instance, stable, 64) { WantsCopies = wantsCopies, FailsToCount = failsToCount };
        return (slot, slot.Proxy<TContract>());
    }

    public static Type ProxyType(Type contract)
    {
        var open = contract.IsGenericType ? contract.GetGenericTypeDefinition() : contract;
        var proxy = typeof(ProbeSlot).Assembly.GetCustomAttributes(typeof(ContractProxyAttribute), false)
            .Cast<ContractProxyAttribute>().Single(candidate => candidate.Contract == open).Proxy;
        return contract.IsGenericType ? proxy.MakeGenericType(contract.GetGenericArguments()) : proxy;
    }

    public override RoutedCall Begin(ContractMethod method, RoutingKey key)
    {
        Methods.Add(method);
        Keys.Add(key);
        Assert.True(TryEnter(Route, _leases, method.Index));
        return new Call(this, method);
    }

    public override async ValueTask<RoutedCall> BeginAsync(ContractMethod method, RoutingKey key, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return Begin(method, key);
    }

    private TContract Proxy<TContract>() => (TContract)Activator.CreateInstance(ProxyType(typeof(TContract)), this)!;

    private void Note(string what)
    {
        lock (Log)
        {
            Log.Add(what);
        }
    }

    private sealed class Snapshot(GenerationLeases? sole, GenerationLeases? measured = null) : RoutingSnapshot(sole, measured);

    private sealed class Call(ProbeSlot slot, ContractMethod method) : RoutedCall
    {
        private GenerationLeases _held = slot._leases;
        private bool _ended;

        public override object Instance => _held.Instance!;

        public override bool WantsCopy => slot.WantsCopies;

        public override void Succeed()
        {
            slot.Note("succeed");
            Count();
        }

        public override bool CanShield(Exception failure) => method.IsIdempotent && slot._stable is not null && _held == slot._leases;

        public override void Shield(Exception failure)
        {
            slot.Note("shield " + failure.Message);
            slot._stable!.CountIn(method.Index);
            _held.CountOut(method.Index);
            _held = slot._stable;
        }

        public override void Fail(Exception failure)
        {
            slot.Note("fail " + failure.GetType().Name);
            Count();
        }

        public override void Copy(Func<object, CancellationToken, ValueTask<object?>> replay, object? answer)
        {
            slot.Note($"copy {answer}");
            slot.Replays.Add(replay);
            Count();
        }

        public override void End()
        {
            Assert.False(_ended);
            _ended = true;
            _held.CountOut(method.Index);
            slot.Note("end");
        }

        private void Count()
        {
            if (slot.FailsToCount)
            {
                throw new InvalidOperationException("the books are closed");
            }
        }
    }
}
