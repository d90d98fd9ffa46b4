namespace Theseus.Runtime;

/// <summary>What is counted and timed. Immutable.</summary>
public sealed record MetricsOptions
{
    /// <summary>The greatest value of <see cref="TimeOneIn"/>: 10,000.</summary>
    public const int FewestTimed = 10_000;

    /// <summary>The components whose calls are counted; null, the default, for all.</summary>
    public IReadOnlyCollection<string>? Components { get; init; }

    /// <summary>
    /// One in how many calls is timed, from 1, the default, to 10,000. All are counted in any case. Reading the clock twice
    /// is most of what counting a call costs. Calls during a trial are all timed.
    /// </summary>
    public int TimeOneIn { get; init; } = 1;
}
