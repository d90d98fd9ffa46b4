using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench.Rivals;

/// <summary>
/// Tests of each window by itself, of latencies and of errors (as 0 and 1), one-sided, with the error of the whole watch
/// divided by the number of tests in it (Bonferroni).
/// </summary>
/// <param name="critical">How many standard deviations are an alarm.</param>
internal sealed class WindowedMannWhitney(double critical) : IDetector
{
    private Window _window = new();

    public bool Look(Call call)
    {
        _window.Add(call);
        if (!_window.IsFull)
        {
            return false;
        }

        var window = _window;
        _window = new Window();
        return MannWhitney.Z(window.Candidate, window.Baseline) > critical
            || MannWhitney.Z(Errors(window.Candidate.Count, window.CandidateFailures), Errors(window.Baseline.Count, window.BaselineFailures)) > critical;
    }

    private static List<double> Errors(int calls, int failures) => [.. Enumerable.Range(0, calls).Select(i => i < failures ? 1.0 : 0)];
}
