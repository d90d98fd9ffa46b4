namespace Theseus.Runtime;

/// <summary>
/// Limits for handing state from one generation to the next. Not thread-safe: to be set before the swap that they are for;
/// swaps read them, and may do so at the same time.
/// </summary>
public sealed class StateOptions
{
    /// <summary>The longest that one exported state may be, in bytes. Default: 1 GiB.</summary>
    public long SizeLimit { get; set; } = 1L << 30;

    /// <summary>
    /// The longest that callers are held back at one time, from the first that waits until all are let go. When it
    /// passes, they are let go, the hand-over is given up and the old generation serves on. Default: 1 second.
    /// </summary>
    public TimeSpan MaximumHold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How short the hold of a component that catches up should be: rounds of changes go on until one took less than a
    /// quarter of it. Default: 50 milliseconds.
    /// </summary>
    public TimeSpan CatchUpTarget { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many bytes of changes are few enough to be the last, under the hold. Default: 256 KiB.</summary>
    public long CatchUpRemainder { get; set; } = 256 << 10;

    /// <summary>How many rounds of changes are made at most before callers are held back. Default: 30.</summary>
    public int MaximumRounds { get; set; } = 30;

    /// <summary>How long an attempt to hold callers back waits for the calls that are inside. Default: 200 milliseconds.</summary>
    public TimeSpan DrainDeadline { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How many attempts there are. Several short ones get through where a call in flight waits for a held one: between
    /// them both can end. Default: 5.
    /// </summary>
    public int DrainAttempts { get; set; } = 5;

    /// <summary>The pause after the first attempt that failed; each later one is twice as long, up to 5 seconds. Default: 50 milliseconds.</summary>
    public TimeSpan DrainPause { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest that work beside the calls may take: the trial of migrations, the copy, the rounds of changes. Default: 5 minutes.</summary>
    public TimeSpan PreparationTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The longest that it may take to put a snapshot back after a way back that failed, to end a copy, and that a swap
    /// waits for the disk that keeps its state. Default: 30 seconds.
    /// </summary>
    public TimeSpan RestoreTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether migrations that say they can be undone are tried both ways before a swap. Default: yes. For that, a
    /// component whose state is transferred exports it while callers are held back, as for the hand-over itself and within
    /// <see cref="MaximumHold"/>; one that catches up copies it while calls go on.
    /// </summary>
    public bool TryWayBack { get; set; } = true;

    /// <summary>Whether a release without state may follow one with state, which is lost then. Default: no.</summary>
    public bool AllowDroppingState { get; set; }

    /// <summary>
    /// How many of a component's states are kept on the host's disk, the newest: each as it was handed over by a swap, so
    /// that the release from before can begin with it again (<see cref="SwapOptions.RestoreSnapshot"/>). Zero for none, 100
    /// at most. Default: 3. They are written beside the calls, after the swap is published; an older one goes only when the
    /// swap is confirmed.
    /// </summary>
    public int KeptSnapshots { get; set; } = 3;

    /// <summary>All that is wrong with these options; empty when they can be used.</summary>
    internal IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Positive(SizeLimit, nameof(SizeLimit));
        Limited(MaximumHold, nameof(MaximumHold));
        Limited(CatchUpTarget, nameof(CatchUpTarget));
        Positive(CatchUpRemainder, nameof(CatchUpRemainder));
        Positive(MaximumRounds, nameof(MaximumRounds));
        Limited(DrainDeadline, nameof(DrainDeadline));
        Positive(DrainAttempts, nameof(DrainAttempts));
        Limited(DrainPause, nameof(DrainPause));
        Limited(PreparationTimeout, nameof(PreparationTimeout));
        Limited(RestoreTimeout, nameof(RestoreTimeout));
        if (KeptSnapshots is < 0 or > 100)
        {
            errors.Add($"{nameof(StateOptions)}.{nameof(KeptSnapshots)} must be from 0 to 100.");
        }

        return errors;

        void Positive(long value, string name)
        {
            if (value <= 0)
            {
                errors.Add($"{nameof(StateOptions)}.{name} must be greater than zero.");
            }
        }

        void Limited(TimeSpan value, string name)
        {
            Positive(value.Ticks, name);
            if (value > TimeSpan.FromDays(1))
            {
                errors.Add($"{nameof(StateOptions)}.{name} must be a day at most.");
            }
        }
    }
}
