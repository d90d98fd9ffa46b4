using Theseus.Calls;
using Theseus.Packaging;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Metrics;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>One loaded instance of a release in a slot. Its fields are written by the slot's controller and its retirement, and read by anyone.</summary>
internal sealed class Generation
{
    private readonly TimeProvider _time;
    private readonly ReleaseManifest _manifest;
    private long _drainingSince;
    private volatile LoadedComponent? _loaded;
    private volatile GenerationLeases? _leases;
    private readonly Lock _telling = new();
    private volatile RetirementRecord? _retirement;
    private TaskCompletionSource _told = NotYet();
    private volatile int _state = (int)GenerationState.Preparing;

    public Generation(int number, VerifiedRelease release, string? settings, LoadedComponent loaded, GenerationMeter meter, int methods, TimeProvider time)
    {
        _time = time;
        Number = number;
        Release = release;
        _manifest = release.Manifest;
        Ref = new(_manifest.Version.ToNormalizedString(), release.Digest) { Settings = settings };
        IsCollectible = loaded.IsCollectible;
        LoadedAt = time.GetUtcNow();
        Meter = meter;
        Instruments = loaded.Instruments;
        _loaded = loaded;
        _leases = new GenerationLeases(loaded.Instance, methods, meter);
    }

    public int Number { get; }

    public VerifiedRelease Release { get; }

    /// <summary>The release and the settings that it is run with.</summary>
    public ReleaseRef Ref { get; }

    public string Version => Ref.Version;

    public bool IsCollectible { get; }

    /// <summary>Counts its calls while somebody looks; outlives it, and holds nothing of it.</summary>
    public GenerationMeter Meter { get; }

    /// <summary>The instruments that its code makes, measured while somebody looks; outlives it, and holds nothing of it then.</summary>
    public GenerationInstruments Instruments { get; }

    public DateTimeOffset LoadedAt { get; }

    public GenerationState State
    {
        get => (GenerationState)_state;
        set
        {
            if (value == GenerationState.Draining)
            {
                Volatile.Write(ref _drainingSince, _time.GetTimestamp());
            }

            _state = (int)value;
        }
    }

    /// <summary>How its retirement went so far; null while there is nothing to tell.</summary>
    public RetirementRecord? Retirement => _retirement;

    public StateKind StateKind => _manifest.State.Kind;

    /// <summary>Whether its state moves to its successor, so that only one of the two can be right at a time.</summary>
    public bool HasMovingState => StateKind.Moves();

    /// <summary>The leases on it. Asked for before its retirement has unloaded it.</summary>
    public GenerationLeases Leases => _leases ?? throw new InvalidOperationException($"Generation {Number} has been unloaded.");

    /// <summary>The loaded code. Asked for before its retirement has unloaded it.</summary>
    public LoadedComponent Loaded => _loaded ?? throw new InvalidOperationException($"Generation {Number} has been unloaded.");

    public StateParty AsStateParty() => new(Loaded.Instance, _manifest, Loaded.CreateMigration);

    /// <summary>Tells how its retirement went so far, and where it stands by that.</summary>
    public void Tell(RetirementRecord retirement, GenerationState state)
    {
        TaskCompletionSource told;
        lock (_telling)
        {
            (_retirement, told, _told) = (retirement, _told, NotYet());
            // After the record: whoever sees a lingering generation finds out why.
            State = state;
        }

        told.SetResult();
    }

    /// <summary>Waits until more is told of its retirement than a record that has been seen. Of a generation that never goes, that is for ever.</summary>
    public async Task<RetirementRecord> RetirementAfterAsync(RetirementRecord seen)
    {
        while (true)
        {
            Task told;
            lock (_telling)
            {
                if (_retirement is { } retirement && !ReferenceEquals(retirement, seen))
                {
                    return retirement;
                }

                told = _told.Task;
            }

            await told.ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NotYet() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The calls that are inside it now, and for how long at the least, since it gets no new ones; none while it does get some.</summary>
    public IReadOnlyList<CallsInFlight> CallsLeft(IReadOnlyList<ContractMethod> methods)
    {
        if (State < GenerationState.Draining || _leases is not { } leases)
        {
            return [];
        }

        var age = _time.GetElapsedTime(Volatile.Read(ref _drainingSince));
        return [.. leases.InFlightByMethod().Select(one => new CallsInFlight(methods[one.Method].Name, one.Calls, age))];
    }

    /// <summary>Lets go of everything that leads to the component's code, and begins to unload it.</summary>
    public GenerationHandle BeginUnload()
    {
        var loaded = Loaded;
        // The leases object may still be held for a moment by a caller that is about to find the route changed; the
        // instance is taken out of it, so that this holds nothing.
        Leases.Release();
        _leases = null;
        _loaded = null;
        Meter.Close();
        return loaded.BeginUnload();
    }

    public GenerationInfo Describe(string component) =>
        new(Number, component, Version, State, IsCollectible, LoadedAt, _leases?.InFlight ?? 0, Retirement);
}
