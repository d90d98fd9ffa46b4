namespace Theseus.Calls;

/// <summary>The lease of a suspended call, which is told how the call ended.</summary>
internal interface IEndingLease
{
    /// <summary>Gives the lease back, on any thread.</summary>
    /// <param name="method">The method number it was taken with.</param>
    /// <param name="failure">What was thrown; null if the call was answered.</param>
    void End(int method, Exception? failure);
}

/// <summary>A lease on the fast way, which nobody measures.</summary>
internal readonly struct UnmeasuredEnd(CallLease lease) : IEndingLease
{
    public void End(int method, Exception? failure) => lease.Exit(method);
}

/// <summary>A lease on the measured way.</summary>
internal readonly struct MeasuredEnd(MeasuredLease lease, CancellationToken callersToken) : IEndingLease
{
    public void End(int method, Exception? failure) => lease.End(method, failure, callersToken);
}
