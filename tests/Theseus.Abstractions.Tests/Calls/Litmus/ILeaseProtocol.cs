namespace Theseus.Calls.Litmus;

/// <summary>What the litmus asks of a protocol: one slot, in which generations are published.</summary>
/// <typeparam name="TGeneration">A generation that holds a <see cref="Target"/>.</typeparam>
/// <typeparam name="TLease">A call's hold on a generation: a structure, so that entering allocates nothing, as in proxies.</typeparam>
internal interface ILeaseProtocol<TGeneration, TLease> where TGeneration : class where TLease : struct
{
    TGeneration Make(Target target);

    void Publish(TGeneration generation);

    TLease Enter(int method);

    Target Held(TLease lease);

    /// <summary>Leaves on any thread.</summary>
    void Exit(TLease lease, int method);

    /// <summary>Leaves on the thread that entered.</summary>
    void ExitHere(TLease lease, int method);

    Task DrainAsync(TGeneration generation);

    void StopDraining(TGeneration generation);

    long Admitted(TGeneration generation);

    long InFlight(TGeneration generation);
}

/// <summary>What a call runs on.</summary>
internal sealed class Target
{
    public bool IsGone;
}
