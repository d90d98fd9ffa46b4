using Theseus.Fleet;

namespace Theseus.Runtime.Tasks;

/// <summary>
/// What a node knows of attempts: so that one is carried out once, however often it comes. Bounded: the oldest that are
/// over are forgotten first, their long answers before they themselves. Not thread-safe.
/// </summary>
internal sealed class KnownAttempts(int most, long mostCharacters)
{
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly Queue<AttemptId> _over = new();
    private readonly Queue<AttemptId> _answered = new();
    private long _characters;

    /// <summary>Says what is known of an attempt's task; null for nothing.</summary>
    public Known? Find(string task) => _known.GetValueOrDefault(task);

    public void Begin(AttemptId attempt, RunningAttempt running)
    {
        if (_known.TryGetValue(attempt.Task, out var before) && before.Answer is { } answer)
        {
            _characters -= LengthOf(answer);
        }

        _known[attempt.Task] = new Known(attempt.Attempt, running, null);
    }

    /// <summary>Notes how an attempt ended, unless a later one at the task is known.</summary>
    /// <returns>Whether it still counts.</returns>
    public bool End(AssignmentAnswer answer)
    {
        var attempt = answer.Attempt;
        if (_known.TryGetValue(attempt.Task, out var known))
        {
            if (known.Attempt > attempt.Attempt || (known.Attempt == attempt.Attempt && known.Answer is not null))
            {
                return false;
            }

            _characters -= known.Answer is { } before ? LengthOf(before) : 0;
        }

        _known[attempt.Task] = new Known(attempt.Attempt, null, answer);
        _over.Enqueue(attempt);
        _answered.Enqueue(attempt);
        _characters += LengthOf(answer);
        Forget();
        return true;
    }

    private void Forget()
    {
        while (_characters > mostCharacters && _answered.TryDequeue(out var attempt))
        {
            if (FindEnded(attempt) is { Answer: { } answer } known)
            {
                // Not done as far as anybody will ever be told: then it is attempted again.
                var forgotten = new AssignmentAnswer(attempt, AssignmentOutcome.GivenUp, Detail: "What came of it was forgotten.");
                _known[attempt.Task] = known with { Answer = forgotten };
                _characters += LengthOf(forgotten) - LengthOf(answer);
            }
        }

        while (_over.Count > most && _over.TryDequeue(out var attempt))
        {
            if (FindEnded(attempt) is { Answer: { } answer })
            {
                _known.Remove(attempt.Task);
                _characters -= LengthOf(answer);
            }
        }
    }

    private Known? FindEnded(AttemptId attempt) => _known.TryGetValue(attempt.Task, out var known) && known.Attempt == attempt.Attempt && known.Answer is not null ? known : null;

    private static int LengthOf(AssignmentAnswer answer) => answer.Result.Length + answer.Detail.Length;

    /// <summary>What is known: the newest attempt, and either how it runs or how it ended.</summary>
    public sealed record Known(int Attempt, RunningAttempt? Running, AssignmentAnswer? Answer);
}
