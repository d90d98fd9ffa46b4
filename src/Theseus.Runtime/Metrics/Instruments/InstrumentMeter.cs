using System.Diagnostics.Metrics;
using Theseus.Fleet;

namespace Theseus.Runtime.Metrics;

/// <summary>How many more sets of tags are told apart. Thread-safe.</summary>
internal sealed class SeriesBudget(int most)
{
    private int _left = most;

    /// <summary>Takes one, if there is one left.</summary>
    public bool TryTake() => Interlocked.Decrement(ref _left) >= 0;
}

/// <summary>
/// Puts the measurements of one instrument together, for each set of tags. Lock-free where a set of tags is known, and
/// without allocation there for tags whose values are texts, numbers and truth values. Thread-safe.
/// </summary>
internal sealed class InstrumentMeter
{
    private readonly SeriesBudget _budget;
    private readonly InstrumentSeries _others = new([new(InstrumentReading.Overflow, true)]);
    private readonly Lock _adding = new();
    private readonly (string Meter, string Name, string Unit, InstrumentKind Kind) _what;
    // Replaced as a whole when a set of tags is added, so that a search needs no lock: it sees all sets or all but the newest.
    private volatile InstrumentSeries[] _series = [];
    private volatile Instrument? _instrument;

    private InstrumentMeter(Instrument instrument, InstrumentKind kind, SeriesBudget budget)
    {
        (_instrument, _budget, IsObserved) = (instrument, budget, instrument.IsObservable);
        _what = (TagText.Short(instrument.Meter.Name), TagText.Short(instrument.Name), TagText.Short(instrument.Unit ?? ""), kind);
    }

    /// <summary>The instrument; null once it was let go.</summary>
    public Instrument? Instrument => _instrument;

    /// <summary>Whether it is asked for its value, rather than telling it.</summary>
    public bool IsObserved { get; }

    /// <summary>One for an instrument; null for one of a class that is none of the framework's, since it might keep its code alive.</summary>
    public static InstrumentMeter? For(Instrument instrument, SeriesBudget budget)
    {
        var type = instrument.GetType();
        return type.Assembly == typeof(Instrument).Assembly && KindOf(type.IsGenericType ? type.GetGenericTypeDefinition() : type) is { } kind
            ? new(instrument, kind, budget)
            : null;
    }

    /// <summary>Takes a measurement.</summary>
    /// <param name="meter">The meter that was given with the instrument.</param>
    /// <param name="value">The value. One that is no number is passed over.</param>
    /// <param name="tags">Its tags.</param>
    public static void Record(object? meter, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (meter is InstrumentMeter one && double.IsFinite(value))
        {
            one.SeriesFor(tags).Add(value, isTotal: one.IsObserved);
        }
    }

    /// <summary>What it came to; nothing for sets of tags without a measurement.</summary>
    public IEnumerable<InstrumentReading> Read(ReleaseId release, int generation) =>
        from series in _series.Append(_others)
        where series.Count > 0
        select new InstrumentReading
        {
            Release = release,
            Generation = generation,
            Meter = _what.Meter,
            Instrument = _what.Name,
            Unit = _what.Unit,
            Kind = _what.Kind,
            Tags = series.Tags,
            Count = series.Count,
            Sum = series.Sum,
            Last = series.Last,
            Least = series.Least,
            Greatest = series.Greatest,
        };

    /// <summary>Lets go of the instrument, whose callback may be the component's.</summary>
    public void Forget() => _instrument = null;

    private static InstrumentKind? KindOf(Type type) => type switch
    {
        _ when type == typeof(Counter<>) || type == typeof(ObservableCounter<>) => InstrumentKind.Counter,
        _ when type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>) => InstrumentKind.UpDownCounter,
        _ when type == typeof(Gauge<>) || type == typeof(ObservableGauge<>) => InstrumentKind.Gauge,
        _ when type == typeof(Histogram<>) => InstrumentKind.Histogram,
        _ => null,
    };

    private InstrumentSeries SeriesFor(ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(_series, tags) ?? Add(tags);

    private static InstrumentSeries? Find(InstrumentSeries[] all, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in all)
        {
            if (series.Has(tags))
            {
                return series;
            }
        }

        return null;
    }

    private InstrumentSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length > InstrumentSeries.MostTags)
        {
            return _others;
        }

        lock (_adding)
        {
            if (Find(_series, tags) is { } known)
            {
                return known;
            }

            if (!_budget.TryTake())
            {
                return _others;
            }

            var added = new InstrumentSeries(tags);
            _series = [.. _series, added];
            return added;
        }
    }
}
