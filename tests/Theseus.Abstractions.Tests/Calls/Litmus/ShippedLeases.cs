namespace Theseus.Calls.Litmus;

/// <summary>The protocol that ships: a slot, its generations' leases, and both ways out that a proxy takes.</summary>
internal sealed class ShippedLeases(int methods) : ILeaseProtocol<GenerationLeases, ShippedLeases.Lease>
{
    private TestSlot? _slot;

    public GenerationLeases Make(Target target) => new(target, methods);

    public void Publish(GenerationLeases generation)
    {
        if (_slot is null)
        {
            _slot = new TestSlot(generation);
        }
        else
        {
            _slot.Publish(generation);
        }
    }

    public Lease Enter(int method) =>
        _slot!.TryEnter(method, out var lease) ? new Lease(lease, IsFast: true) : new Lease(_slot.Enter(method), IsFast: false);

    public Target Held(Lease lease) => lease.Call.Instance<Target>();

    public void Exit(Lease lease, int method) => lease.Call.Exit(method);

    public void ExitHere(Lease lease, int method)
    {
        if (lease.IsFast)
        {
            lease.Call.ExitHere(method);
        }
        else
        {
            lease.Call.Exit(method);
        }
    }

    public Task DrainAsync(GenerationLeases generation) => generation.DrainAsync();

    public void StopDraining(GenerationLeases generation) => generation.StopDraining();

    public long Admitted(GenerationLeases generation) => generation.Admitted;

    public long InFlight(GenerationLeases generation) => generation.InFlight;

    /// <summary>Only who entered the fast way may leave it, as in proxies.</summary>
    internal readonly record struct Lease(CallLease Call, bool IsFast);
}
