using Theseus.Fleet;

namespace Theseus.Runtime.Tasks;

/// <summary>An attempt that waits for its turn on a node, or runs. Thread-safe.</summary>
internal sealed class RunningAttempt(Assignment assignment)
{
    // Never disposed of: it has no timer, and a handler that was left alone may still look at its token.
    private readonly CancellationTokenSource _givenUp = new();

    public Assignment Assignment { get; } = assignment;

    public AttemptId Id => new(Assignment.Task, Assignment.Attempt);

    /// <summary>Whether it has begun. Of the book that it is in.</summary>
    public bool HasBegun { get; set; }

    public bool IsGivenUp => _givenUp.IsCancellationRequested;

    public CancellationToken GivenUp => _givenUp.Token;

    /// <summary>Tells the handler to come to an end. What the handler does then runs elsewhere, not in this call.</summary>
    public void GiveUp() => _ = _givenUp.CancelAsync();
}
