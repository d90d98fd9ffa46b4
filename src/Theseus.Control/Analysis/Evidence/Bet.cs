namespace Theseus.Control.Analysis;

/// <summary>
/// One way in which the candidate may be worse, to put a part of the capital on: it says by how much a call's level makes
/// it likelier that the call was the candidate's. Immutable.
/// </summary>
/// <param name="Harm">The harm, in words: what the candidate would do more often.</param>
/// <param name="LogWeights">The logarithm of a call's weight, by level from the best to the worst. Never falls: a bet is on harm alone.</param>
/// <param name="Stake">The share of the capital that is put on it, above 0; those of all bets on one table add up to 1.</param>
internal sealed record Bet(string Harm, double[] LogWeights, double Stake)
{
    /// <summary>By what one block of calls multiplies what was put on the bet, as a logarithm.</summary>
    /// <param name="block">The calls.</param>
    public double LogReturn(Block block)
    {
        double won = 0;
        for (var level = 0; level < LogWeights.Length; level++)
        {
            won += block.Candidate[level] * LogWeights[level];
        }

        return won - RandomChoice.LogMean(LogWeights, block.Pooled, block.CandidateCalls);
    }
}
