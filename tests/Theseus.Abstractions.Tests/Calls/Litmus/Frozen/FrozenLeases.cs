namespace Theseus.Calls.Litmus.Frozen;

/// <summary>The whole protocol, frozen: the controls lack one part of it each. It shows that what they lack is all that is wrong with them.</summary>
internal class FrozenLeases : ILeaseProtocol<FrozenGeneration, FrozenLeases.Lease>
{
    private static int s_lastThread;

    [ThreadStatic] private static int t_thread;

    private readonly int _methods;
    private volatile Snapshot? _route;

    public FrozenLeases(int methods) => _methods = methods;

    /// <summary>Whether who has counted in looks at the route once more.</summary>
    protected bool LooksAgain { get; init; } = true;

    /// <summary>Whether the drainer has every processor execute a barrier before it sums.</summary>
    protected bool HasBarriers { get; init; } = true;

    private static int Thread => t_thread == 0 ? t_thread = Interlocked.Increment(ref s_lastThread) : t_thread;

    public FrozenGeneration Make(Target target) => new(target, _methods, HasBarriers);

    public void Publish(FrozenGeneration generation) => _route = new Snapshot(generation);

    public Lease Enter(int method)
    {
        while (true)
        {
            var index = Thread;
            var route = _route!;
            var cell = route.Sole.CountIn(index, method);
            if (!LooksAgain || ReferenceEquals(_route, route))
            {
                return new Lease(route.Sole, cell);
            }

            route.Sole.CountOut(cell, method);
        }
    }

    public Target Held(Lease lease) => lease.Generation.Target;

    public void Exit(Lease lease, int method) => lease.Generation.CountOut(Thread, method);

    public void ExitHere(Lease lease, int method) => lease.Generation.CountOut(lease.Cell, method);

    public Task DrainAsync(FrozenGeneration generation) => generation.DrainAsync();

    public void StopDraining(FrozenGeneration generation) => generation.StopDraining();

    public long Admitted(FrozenGeneration generation) => generation.Admitted;

    public long InFlight(FrozenGeneration generation) => generation.InFlight;

    internal readonly record struct Lease(FrozenGeneration Generation, long[] Cell);

    private sealed record Snapshot(FrozenGeneration Sole);
}

/// <summary>Control: reads the route and never looks again. A swapper that publishes and drains between the read and the entry does not see the call.</summary>
internal sealed class LeasesThatReadFirst : FrozenLeases
{
    public LeasesThatReadFirst(int methods) : base(methods) => LooksAgain = false;
}

/// <summary>Control: sums without a barrier on the callers' processors. An entry that such a processor still holds back is missed.</summary>
internal sealed class LeasesWithoutBarriers : FrozenLeases
{
    public LeasesWithoutBarriers(int methods) : base(methods) => HasBarriers = false;
}
