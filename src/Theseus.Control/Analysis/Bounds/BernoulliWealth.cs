namespace Theseus.Control.Analysis;

/// <summary>
/// How far a share that was seen can be from the true one. The estimator of Krichevsky and Trofimov ("The performance of
/// universal encoding", IEEE Transactions on Information Theory 27(2), 1981) bets on calls one after another without
/// knowing the share; in every row of <c>n</c> calls it makes at least <c>exp(n · KL(seen, true)) / (2 √n)</c> of a capital
/// of 1, at odds that are fair under the true share. By Ville's inequality it ever makes <c>1/error</c> with a chance of at
/// most <c>error</c>: so what is below holds for all numbers of calls at once.
/// </summary>
internal static class BernoulliWealth
{
    /// <summary>How far the two may be apart, as a divergence.</summary>
    /// <param name="calls">How many calls there were, from 1.</param>
    /// <param name="error">The chance that they are ever further apart, above 0 and below 1.</param>
    public static double Allowed(long calls, double error) => (-Math.Log(error) + Math.Log(calls) / 2 + Math.Log(2)) / calls;

    /// <summary>Kullback and Leibler's divergence of two Bernoulli variables.</summary>
    public static double Divergence(double seen, double share) => Term(seen, share) + Term(1 - seen, 1 - share);

    /// <summary>The last value on the way from a place that is inside to an end of which <paramref name="isInside"/> is true; the end itself where all are.</summary>
    public static double Last(double inside, double end, Func<double, bool> isInside)
    {
        if (isInside(end))
        {
            return end;
        }

        var outside = end;
        for (var step = 0; step < 60; step++)
        {
            var middle = (inside + outside) / 2;
            if (isInside(middle))
            {
                inside = middle;
            }
            else
            {
                outside = middle;
            }
        }

        return outside;
    }

    private static double Term(double seen, double share) => seen <= 0 ? 0 : share <= 0 ? double.PositiveInfinity : seen * Math.Log(seen / share);
}
