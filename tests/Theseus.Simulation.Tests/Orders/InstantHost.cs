using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>The host under a node's desks, whose steps are over at once: so that a test decides alone what happens when.</summary>
internal sealed class InstantHost(Dictionary<string, ReleaseId> disk) : INodeEngine
{
    private readonly HeldReleases _held = new(component => disk[component]);

    /// <summary>Whether the next step that goes forward fails.</summary>
    public bool FailsNext { get; set; }

    /// <summary>Whether a release on trial shows faults.</summary>
    public bool IsBad { get; set; }

    /// <summary>What it answers when it is asked for the component's health.</summary>
    public EngineAnswer Health { get; set; } = EngineAnswer.Done;

    /// <summary>What it answers when it is asked whether old generations are gone, and when.</summary>
    public TaskCompletionSource<EngineAnswer> Left { get; set; } = AtOnce();

    public IReadOnlyCollection<string> Components => disk.Keys;

    public ComponentReport Describe(string component) => _held.Describe(component, IsBad);

    public Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken) =>
        Forward(() =>
    {
        if (disk[component] != release && _held.OnTrial(component) != release)
        {
            _held.Stage(component, release);
        }
    });

    public Task<EngineAnswer> ActivateAsync(
        string component, ReleaseId release, double share, double shadowFraction, StateChoice state, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken) => Forward(() =>
    {
        if (disk[component] != release)
        {
            _held.Try(component, release, share, shadowFraction);
        }
    });

    public Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken) =>
        Forward(() => Settle(component, release));

    public Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken)
    {
        Settle(component, from);
        return Task.FromResult(EngineAnswer.Done);
    }

    public Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken) => Left.Task;

    public Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken) => Task.FromResult(Health);

    private static TaskCompletionSource<EngineAnswer> AtOnce()
    {
        var done = new TaskCompletionSource<EngineAnswer>();
        done.SetResult(EngineAnswer.Done);
        return done;
    }

    private void Settle(string component, ReleaseId release)
    {
        _held.Drop(component);
        disk[component] = release;
    }

    private Task<EngineAnswer> Forward(Action act)
    {
        if (FailsNext)
        {
            FailsNext = false;
            return Task.FromResult(EngineAnswer.Failed("LoadFailed", "It could not be done."));
        }

        act();
        return Task.FromResult(EngineAnswer.Done);
    }
}
