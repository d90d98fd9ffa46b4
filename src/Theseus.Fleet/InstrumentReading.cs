using System.Collections.Frozen;

namespace Theseus.Fleet;

/// <summary>What an instrument's measurements are put together to.</summary>
public enum InstrumentKind
{
    /// <summary>Something counted, which only grows: <see cref="InstrumentReading.Sum"/> counts.</summary>
    Counter,

    /// <summary>Something counted up and down: <see cref="InstrumentReading.Sum"/> is how much there is.</summary>
    UpDownCounter,

    /// <summary>A value that was measured: <see cref="InstrumentReading.Last"/> counts.</summary>
    Gauge,

    /// <summary>Values whose number, sum and range count.</summary>
    Histogram,
}

/// <summary>
/// What an instrument of a component's own came to, for one set of tags, since its generation is measured. Immutable.
/// </summary>
public sealed record InstrumentReading
{
    /// <summary>The release whose code made the instrument.</summary>
    public required ReleaseId Release { get; init; }

    /// <summary>The generation's number in its slot, from 1 at each start of the node's process.</summary>
    public required int Generation { get; init; }

    /// <summary>The name of the instrument's meter.</summary>
    public required string Meter { get; init; }

    /// <summary>The instrument's name.</summary>
    public required string Instrument { get; init; }

    /// <summary>The instrument's unit, as its author wrote it; empty for none.</summary>
    public string Unit { get; init => field = value ?? ""; } = "";

    /// <summary>What its measurements are put together to.</summary>
    public required InstrumentKind Kind { get; init; }

    /// <summary>
    /// The tags that the measurements came with. Those of tag sets beyond what is told apart come under the one tag
    /// <see cref="Overflow"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? FrozenDictionary<string, string>.Empty; } = FrozenDictionary<string, string>.Empty;

    /// <summary>How many measurements there were.</summary>
    public required long Count { get; init; }

    /// <summary>Their sum; of a counter that is observed, its newest value.</summary>
    public required double Sum { get; init; }

    /// <summary>The newest.</summary>
    public double Last { get; init; }

    /// <summary>The least.</summary>
    public double Least { get; init; }

    /// <summary>The greatest.</summary>
    public double Greatest { get; init; }

    /// <summary>The tag under which measurements come whose tags are not told apart: the name that OpenTelemetry's specification of metrics gives it.</summary>
    public const string Overflow = "otel.metric.overflow";
}
