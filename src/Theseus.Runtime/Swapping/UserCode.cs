using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Swapping;

/// <summary>Runs a candidate's own code with a deadline, and says in a swap's words how it failed.</summary>
internal sealed class UserCode(TimeProvider time)
{
    /// <summary>Runs it.</summary>
    /// <exception cref="SwapFailedException">It threw, or the deadline passed.</exception>
    public Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, TimeSpan deadline, SwapReason ifThrows, SwapReason ifLate, string what, CancellationToken cancellationToken) =>
        RunAsync(work, new Patience(deadline, time), ifThrows, ifLate, () => what, cancellationToken);

    /// <summary>Runs several steps, which renew the patience as they begin, and names the one that was going on only when that is asked for.</summary>
    /// <exception cref="SwapFailedException">A step threw, or its deadline passed.</exception>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, Patience patience, SwapReason ifThrows, SwapReason ifLate, Func<string> what, CancellationToken cancellationToken)
    {
        try
        {
            return await Bounded.RunAsync(work, patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (DeadlinePassedException)
        {
            throw new SwapFailedException(ifLate, $"{what()} took longer than {patience.Limit.TotalSeconds:0.###} s.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            throw new SwapFailedException(ifThrows, $"{what()} threw {SlotCall.Describe(failure)}");
        }
    }
}
