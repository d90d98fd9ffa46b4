using Theseus.Fleet;
using Theseus.Runtime.Tasks;

namespace Theseus.Simulation.Tests.Tasks;

/// <summary>A node that carries tasks out by the real book of attempts, in the world's time.</summary>
internal sealed class SimulatedWorker(string name, TaskWorld world)
{
    public const int Slots = 3;

    private int _starts;
    private int _life;
    private long _sequence;
    private AttemptBook? _book;
    private DateTimeOffset _startedAt;

    public string Name => name;

    public bool IsUp => _book is not null;

    /// <summary>Until when it hears nothing and is not heard of.</summary>
    public DateTimeOffset CutOffUntil { get; set; }

    public bool IsCutOff => world.Time.GetUtcNow() < CutOffUntil;

    private string Incarnation => $"{name}/{_starts}";

    public void Start()
    {
        _starts++;
        _life++;
        _startedAt = world.Time.GetUtcNow();
        _sequence = 0;
        _book = NewBook();
    }

    public void Kill()
    {
        _life++;
        _book = null;
    }

    /// <summary>It ends in good order: gives up what it has, and says that it leaves.</summary>
    public void Leave()
    {
        var running = _book!.Running.ToList();
        _book.Stop();
        running.ForEach(one => _book.End(one, new AssignmentAnswer(one.Id, AssignmentOutcome.GivenUp)));
        world.Report(this, Report() with { IsLeaving = true });
        Kill();
    }

    public NodeReport Report() => new()
    {
        Node = name,
        Incarnation = Incarnation,
        StartedAt = _startedAt,
        Sequence = ++_sequence,
        FailureDomain = name[..1],
        Labels = new Dictionary<string, string> { ["zone"] = name[..1] },
        TaskKinds = ["work"],
        TaskSlots = Slots,
        Components = [],
    };

    public void Take(AssignmentBatch batch)
    {
        if (world.ForgetsAttempts)
        {
            // The frozen control: a node that remembers nothing of what it has carried out.
            _book = NewBook();
        }

        _book!.Take(batch);
        Begin();
    }

    private AttemptBook NewBook() => new(kind => kind == "work", Slots) { OnAnswer = answer => world.Answer(this, new AssignmentAnswers { Node = name, Incarnation = Incarnation, Answers = [answer] }) };

    private void Begin()
    {
        var (life, book) = (_life, _book!);
        while (book.Next() is { } running)
        {
            world.NoteBegun(Incarnation, running.Id);
            world.After(world.DurationOf(running.Assignment, out var outcome), () =>
            {
                if (life != _life)
                {
                    return;
                }

                var result = "";
                if (running.IsGivenUp)
                {
                    outcome = AssignmentOutcome.GivenUp;
                }
                else if (outcome == AssignmentOutcome.Done)
                {
                    result = $"{Incarnation} {running.Id}";
                    world.NoteDone(name, running.Id, result);
                }

                book.End(running, new AssignmentAnswer(running.Id, outcome, result));
                if (ReferenceEquals(book, _book))
                {
                    Begin();
                }
            });
        }
    }
}
