using Theseus.Fleet;
using Theseus.Runtime.Nodes;

namespace Theseus.LoadBench.Fleet;

/// <summary>A host whose component takes no time: what is left is what the fleet costs. Thread-safe.</summary>
internal sealed class TrivialEngine(string component, string contract, string contractAssembly, ReleaseId release) : INodeEngine
{
    private readonly Lock _lock = new();
    private ReleaseId _confirmed = release;
    private ReleaseId? _staged;
    private (ReleaseId Release, double Share, double Shadow)? _trial;

    public IReadOnlyCollection<string> Components => [component];

    public ComponentReport Describe(string component)
    {
        lock (_lock)
        {
            return new ComponentReport
            {
                Component = component,
                Contract = contract,
                ContractAssembly = contractAssembly,
                ContractVersion = typeof(Relay.IRelay).Assembly.GetName().Version!.ToString(3),
                Confirmed = _confirmed,
                Staged = _staged,
                Trial = _trial is { } trial
                    ? new TrialReport
                    {
                        Release = trial.Release,
                        Share = trial.Share,
                        ShadowFraction = trial.Shadow,
                        Elapsed = TimeSpan.Zero,
                        Candidate = new SideReport(100, 0, TimeSpan.Zero, TimeSpan.Zero),
                        Stable = new SideReport(100, 0, TimeSpan.Zero, TimeSpan.Zero),
                    }
                    : null,
            };
        }
    }

    public Task<EngineAnswer> PrepareAsync(string component, ReleaseId release, CancellationToken cancellationToken) =>
        Do(() => _staged = _confirmed == release || _trial?.Release == release ? _staged : release);

    public Task<EngineAnswer> ActivateAsync(
        string component, ReleaseId release, double share, double shadowFraction, StateChoice state, TimeSpan holdAtMost, Action<EngineAnswer> onLost, CancellationToken cancellationToken) =>
        Do(() => (_staged, _trial) = _confirmed == release ? (_staged, _trial) : (null, (release, share, shadowFraction)));

    public Task<EngineAnswer> ConfirmAsync(string component, ReleaseId release, StateChoice state, CancellationToken cancellationToken) =>
        Do(() => (_confirmed, _staged, _trial) = (release, null, null));

    public Task<EngineAnswer> RevertAsync(string component, ReleaseId from, ReleaseId to, CancellationToken cancellationToken) =>
        Do(() => (_confirmed, _staged, _trial) = (from, null, null));

    public Task<EngineAnswer> RetireAsync(string component, CancellationToken cancellationToken) => Do(() => { });

    public Task<EngineAnswer> ProbeAsync(string component, CancellationToken cancellationToken) => Do(() => { });

    private Task<EngineAnswer> Do(Action change)
    {
        lock (_lock)
        {
            change();
        }

        return Task.FromResult(EngineAnswer.Done);
    }
}

/// <summary>Remembers fences in memory: a thousand nodes on one disk would measure that disk.</summary>
internal sealed class MemoryFences : IFenceStore
{
    private long _fence;

    public long Read(string component) => Interlocked.Read(ref _fence);

    public void Write(string component, long fence) => Interlocked.Exchange(ref _fence, fence);
}
