namespace Theseus.Control.Analysis;

/// <summary>Between which values the true share of something among calls lies, such as that of failures. Immutable.</summary>
/// <param name="Low">The lower bound, from 0.</param>
/// <param name="High">The upper bound, to 1.</param>
internal readonly record struct ShareBounds(double Low, double High)
{
    /// <summary>
    /// A confidence sequence: the bounds hold for all numbers of calls at once (<see cref="BernoulliWealth"/>), so that one
    /// may look after each. For calls that it happens in with one probability throughout; where that moves, they are, nearly,
    /// about its mean.
    /// </summary>
    /// <param name="count">How many calls it happened in.</param>
    /// <param name="calls">How many calls there were; without any the bounds are 0 and 1.</param>
    /// <param name="error">The chance that the bounds ever miss the share, above 0 and below 1.</param>
    public static ShareBounds Of(long count, long calls, double error)
    {
        if (calls == 0)
        {
            return new(0, 1);
        }

        var seen = count / (double)calls;
        var allowed = BernoulliWealth.Allowed(calls, error);
        return new(
            BernoulliWealth.Last(seen, 0, share => BernoulliWealth.Divergence(seen, share) <= allowed),
            BernoulliWealth.Last(seen, 1, share => BernoulliWealth.Divergence(seen, share) <= allowed));
    }
}
