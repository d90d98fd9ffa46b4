namespace Theseus.Control.Analysis;

/// <summary>
/// What chance alone would do: calls of several levels are pooled, and which of them were the candidate's is left to chance.
/// </summary>
/// <remarks>
/// The mean, over all ways to choose <c>n</c> of <c>N</c> calls, of the product of the chosen calls' weights is
/// <c>[zⁿ] ∏ (1 + w z)^N(w) / C(N, n)</c>. The coefficient is read off the probability that a sum of independent Bernoulli
/// variables is <c>n</c>, by inverting its characteristic function (Hong, "On computing the distribution function for the
/// Poisson binomial distribution", 2013, eq. 6), where the variables are tilted so that <c>n</c> is their mean: nothing
/// cancels there, and the terms die away within a few steps, however many calls there are.
/// </remarks>
internal static class RandomChoice
{
    // Terms below e^-40 of the first are not added.
    private const double Negligible = -40;

    /// <summary>The logarithm of the mean.</summary>
    /// <param name="logWeights">The logarithm of a call's weight, by level. Finite.</param>
    /// <param name="pooled">How many calls of both sides there are, by level.</param>
    /// <param name="chosen">How many of them were the candidate's: between none and all.</param>
    public static double LogMean(ReadOnlySpan<double> logWeights, ReadOnlySpan<long> pooled, long chosen)
    {
        long all = 0;
        foreach (var count in pooled)
        {
            all += count;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(chosen);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chosen, all);
        if (chosen == 0)
        {
            return 0;
        }

        if (chosen == all)
        {
            double sum = 0;
            for (var level = 0; level < pooled.Length; level++)
            {
                sum += pooled[level] * logWeights[level];
            }

            return sum;
        }

        return LogCoefficient(logWeights, pooled, all, chosen) - LogCoefficient([0], [all], all, chosen);
    }

    /// <summary>The logarithm of the coefficient of <c>z^chosen</c> in <c>∏ (1 + w z)^N</c>.</summary>
    private static double LogCoefficient(ReadOnlySpan<double> logWeights, ReadOnlySpan<long> pooled, long all, long chosen)
    {
        var tilt = Tilt(logWeights, pooled, all, chosen);
        Span<double> shares = stackalloc double[pooled.Length];
        double variance = 0;
        var log = -chosen * tilt;
        for (var level = 0; level < pooled.Length; level++)
        {
            var share = shares[level] = Logistic(tilt + logWeights[level]);
            variance += pooled[level] * share * (1 - share);
            // ln(1 + e^x), for an x of any size.
            var x = tilt + logWeights[level];
            log += pooled[level] * (Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x))));
        }

        return log + Math.Log(ProbabilityOfMean(shares, pooled, all, chosen, variance));
    }

    /// <summary>The probability that as many are chosen as are expected to be, where each is chosen by itself.</summary>
    private static double ProbabilityOfMean(ReadOnlySpan<double> shares, ReadOnlySpan<long> pooled, long all, long chosen, double variance)
    {
        // With all + 1 points the sum is exact. With fewer it has the probabilities of every sum that lies a multiple of them
        // away in it, too: too high, which weakens evidence, and by less than can be seen here.
        var points = Math.Min(all + 1, (long)Math.Ceiling(12 * Math.Sqrt(variance)) + 24);
        var sum = 1.0;
        for (long k = 1; 2 * k <= points; k++)
        {
            var angle = 2 * Math.PI * k / points;
            var (sine, cosine) = Math.SinCos(angle);
            double magnitude = 0;
            var phase = -Math.IEEERemainder(chosen * angle, 2 * Math.PI);
            for (var level = 0; level < shares.Length; level++)
            {
                var share = shares[level];
                magnitude += pooled[level] * 0.5 * Math.Log(Math.Max(double.Epsilon, 1 - 2 * share * (1 - share) * (1 - cosine)));
                phase += pooled[level] * Math.Atan2(share * sine, 1 - share + share * cosine);
            }

            if (magnitude < Negligible)
            {
                break;
            }

            // The terms of k and points - k are conjugate; the one in the middle stands alone.
            sum += (2 * k == points ? 1 : 2) * Math.Exp(magnitude) * Math.Cos(phase);
        }

        return sum / points;
    }

    /// <summary>The logarithm of what all weights are multiplied by for <paramref name="chosen"/> to be the mean: Newton's method, within a bracket.</summary>
    private static double Tilt(ReadOnlySpan<double> logWeights, ReadOnlySpan<long> pooled, long all, long chosen)
    {
        var even = Math.Log(chosen) - Math.Log(all - chosen);
        double low = even, high = even;
        foreach (var weight in logWeights)
        {
            low = Math.Min(low, even - weight);
            high = Math.Max(high, even - weight);
        }

        var tilt = (low + high) / 2;
        for (var step = 0; step < 100 && high - low > 1e-13 * (1 + Math.Abs(tilt)); step++)
        {
            double mean = 0, slope = 0;
            for (var level = 0; level < pooled.Length; level++)
            {
                var share = Logistic(tilt + logWeights[level]);
                mean += pooled[level] * share;
                slope += pooled[level] * share * (1 - share);
            }

            if (mean < chosen)
            {
                low = tilt;
            }
            else
            {
                high = tilt;
            }

            var next = tilt + (chosen - mean) / slope;
            var isInside = next > low && next < high;
            if (isInside && Math.Abs(next - tilt) < 1e-12 * (1 + Math.Abs(tilt)))
            {
                return next;
            }

            tilt = isInside ? next : (low + high) / 2;
        }

        return tilt;
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
