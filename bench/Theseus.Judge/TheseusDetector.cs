using Theseus.Control.Analysis;
using Theseus.JudgeBench.Rivals;
using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench;

/// <summary>The judge's comparison of one method, looked at after each call.</summary>
/// <param name="error">The chance of a false alarm that it may have over a watch of any length.</param>
internal sealed class TheseusDetector(double error) : IDetector
{
    private static readonly SideCalls s_none = new(0, []);
    private static readonly double s_logGamma = Math.Log(1.01 / 0.99);
    private readonly MethodComparison _comparison = new(1500);

    /// <summary>Takes in what the stable version did before.</summary>
    public TheseusDetector Learn(IEnumerable<Call> before)
    {
        foreach (var call in before.Where(one => !one.IsFailure))
        {
            _comparison.Learn(Calls(call));
        }

        return this;
    }

    /// <summary>What won most.</summary>
    public string Harm => _comparison.Held.First().Harm;

    public bool Look(Call call)
    {
        var calls = Calls(call);
        _comparison.Add(call.IsCandidate ? calls : s_none, call.IsCandidate ? s_none : calls);
        return _comparison.Capital >= 1 / error;
    }

    private static SideCalls Calls(Call call) =>
        call.IsFailure ? new SideCalls(1, []) : new SideCalls(0, [(Math.Clamp((int)Math.Ceiling(Math.Log(call.Nanoseconds) / s_logGamma), 0, 1499), 1)]);
}
