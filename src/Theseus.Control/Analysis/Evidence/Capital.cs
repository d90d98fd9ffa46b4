namespace Theseus.Control.Analysis;

/// <summary>
/// The capital of a gambler who begins with 1 and bets that the candidate is worse, at odds that are fair if the versions
/// are the same. It then reaches <c>1/a</c> with a chance of at most <c>a</c>, however long and however often one looks
/// (Ville's inequality, 1939): so it measures evidence. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>What a block multiplies a bet by has a mean of at most 1 given all that went before: a product of such values is an
/// e-process (Koning, "Post-hoc and anytime valid permutation and group invariance testing", arXiv:2310.01153, builds them
/// of blocks like these). A mean of e-processes is one too, whatever hangs on what (Vovk and Wang, "E-values: calibration,
/// combination and applications", Annals of Statistics 49(3), 2021): which is why one capital serves for all harms, methods
/// and metrics at once.</para>
/// <para>A harm may begin in the middle. So the stake on a bet is not laid at once: three quarters are laid with the first block, and
/// <c>1/4 · 1/(k (k-1))</c> with the k-th; what is not laid yet is neither won nor lost.</para>
/// </remarks>
internal sealed class Capital
{
    /// <summary>The part of each stake that is laid with the first block.</summary>
    public const double AtOnce = 0.75;

    private readonly double[] _logHeld;
    private readonly double[] _stakes;
    private long _blocks;

    /// <summary>Begins with 1.</summary>
    /// <param name="stakes">The bets' shares.</param>
    public Capital(IEnumerable<double> stakes)
    {
        _stakes = [.. stakes];
        _logHeld = new double[_stakes.Length];
        Array.Fill(_logHeld, double.NegativeInfinity);
    }

    /// <summary>The share of each stake that is not laid yet.</summary>
    public double Reserve { get; private set; } = 1;

    /// <summary>What the bets hold now, beside the reserve, by bet.</summary>
    public IEnumerable<double> Held => _logHeld.Select(Math.Exp);

    /// <summary>The capital.</summary>
    public double Now => Reserve * _stakes.Sum() + _logHeld.Sum(Math.Exp);

    /// <summary>Settles one block.</summary>
    /// <param name="logReturns">By what it multiplies each bet, as a logarithm.</param>
    public void Settle(ReadOnlySpan<double> logReturns)
    {
        _blocks++;
        var laid = _blocks == 1 ? AtOnce : (1 - AtOnce) / (_blocks * (_blocks - 1.0));
        Reserve = Math.Max(0, Reserve - laid);
        for (var bet = 0; bet < _stakes.Length; bet++)
        {
            _logHeld[bet] = LogSum(_logHeld[bet], Math.Log(laid * _stakes[bet])) + logReturns[bet];
        }
    }

    private static double LogSum(double a, double b)
    {
        var (high, low) = a > b ? (a, b) : (b, a);
        return high + double.LogP1(Math.Exp(low - high));
    }
}
