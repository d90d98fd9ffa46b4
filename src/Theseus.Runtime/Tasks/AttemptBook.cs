using Theseus.Fleet;

namespace Theseus.Runtime.Tasks;

/// <summary>
/// The attempts of one node's process: takes in what comes, says what is begun next and what is to be answered. One attempt
/// is begun once; of a task only the newest that was heard of counts. Not thread-safe; decides by what it is told alone.
/// </summary>
internal sealed class AttemptBook(Func<string, bool> hasHandler, int slots)
{
    // For as long as anybody may ask again, at the rates that one process can reach.
    private const int MostRemembered = 100_000;
    private const long MostCharacters = 32L << 20;

    // More than this is not taken in, and comes again when it is asked for again.
    private const int MostWaiting = 20_000;

    private readonly KnownAttempts _known = new(MostRemembered, MostCharacters);
    private readonly PriorityQueue<RunningAttempt, (int Priority, long Turn)> _waiting = new();
    private readonly HashSet<RunningAttempt> _running = [];
    private long _turns;
    private int _waitingNow;

    /// <summary>Told of every answer, in order: has to return soon, and not to come back here.</summary>
    public required Action<AssignmentAnswer> OnAnswer { get; init; }

    /// <summary>Whether nothing new is begun any more.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>What runs.</summary>
    public IReadOnlyCollection<RunningAttempt> Running => _running;

    /// <summary>Takes a message in.</summary>
    public void Take(AssignmentBatch batch)
    {
        foreach (var cancelled in batch.Cancelled)
        {
            Cancel(cancelled);
        }

        foreach (var assignment in batch.Assigned)
        {
            Take(assignment);
        }
    }

    /// <summary>What is to be begun now; null while all slots are taken, or nothing waits.</summary>
    public RunningAttempt? Next()
    {
        while (!IsStopping && _running.Count < slots && _waiting.TryDequeue(out var next, out _))
        {
            _waitingNow--;
            if (!next.IsGivenUp)
            {
                next.HasBegun = true;
                _running.Add(next);
                return next;
            }
        }

        return null;
    }

    /// <summary>An attempt that was begun is over, or its handler was left alone: its slot is free.</summary>
    public void End(RunningAttempt running, AssignmentAnswer answer)
    {
        _running.Remove(running);
        Answer(answer);
    }

    /// <summary>Begins nothing more, and gives up what runs and what waits.</summary>
    public void Stop()
    {
        IsStopping = true;
        foreach (var running in _running)
        {
            running.GiveUp();
        }

        while (_waiting.TryDequeue(out var waiting, out _))
        {
            if (!waiting.IsGivenUp)
            {
                waiting.GiveUp();
                Answer(new AssignmentAnswer(waiting.Id, AssignmentOutcome.GivenUp, Detail: "The node is stopping."));
            }
        }
    }

    private void Take(Assignment assignment)
    {
        var id = new AttemptId(assignment.Task, assignment.Attempt);
        var known = _known.Find(assignment.Task);
        if (known is not null && known.Attempt >= assignment.Attempt)
        {
            // Of a later one there is nothing to say of this one any more; what runs answers by itself.
            if (known.Attempt == assignment.Attempt && known.Answer is { } answer)
            {
                OnAnswer(answer);
            }

            return;
        }

        known?.Running?.GiveUp();
        if (IsStopping)
        {
            Answer(new AssignmentAnswer(id, AssignmentOutcome.GivenUp, Detail: "The node is stopping."));
        }
        else if (!hasHandler(assignment.Kind))
        {
            Answer(new AssignmentAnswer(id, AssignmentOutcome.Refused, Detail: $"There is no handler for '{assignment.Kind}' here."));
        }
        else if (_waitingNow < MostWaiting)
        {
            var running = new RunningAttempt(assignment);
            _known.Begin(id, running);
            _waiting.Enqueue(running, (-assignment.Priority, _turns++));
            _waitingNow++;
        }
    }

    private void Cancel(AttemptId id)
    {
        var known = _known.Find(id.Task);
        if (known is not null && known.Attempt > id.Attempt)
        {
            return;
        }

        if (known is { Running: { } running })
        {
            running.GiveUp();
            if (running.HasBegun && running.Id == id)
            {
                return;
            }
        }

        if (known?.Attempt == id.Attempt && known.Answer is { } answer)
        {
            OnAnswer(answer);
            return;
        }

        // Not begun, or not even heard of: whatever comes of it later finds it over.
        Answer(new AssignmentAnswer(id, AssignmentOutcome.GivenUp, Detail: "It was cancelled before it began."));
    }

    private void Answer(AssignmentAnswer answer)
    {
        if (_known.End(answer))
        {
            OnAnswer(answer);
        }
    }
}
