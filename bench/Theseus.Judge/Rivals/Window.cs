using Theseus.JudgeBench.Sampling;

namespace Theseus.JudgeBench.Rivals;

/// <summary>The calls of one window, by side.</summary>
internal sealed class Window
{
    /// <summary>How many calls a window has.</summary>
    public const int Length = 1000;

    public List<double> Candidate { get; } = [];

    public List<double> Baseline { get; } = [];

    public int CandidateFailures { get; private set; }

    public int BaselineFailures { get; private set; }

    public bool IsFull => Candidate.Count + Baseline.Count >= Length;

    public void Add(Call call)
    {
        (call.IsCandidate ? Candidate : Baseline).Add(call.Nanoseconds);
        CandidateFailures += call.IsCandidate && call.IsFailure ? 1 : 0;
        BaselineFailures += !call.IsCandidate && call.IsFailure ? 1 : 0;
    }
}
