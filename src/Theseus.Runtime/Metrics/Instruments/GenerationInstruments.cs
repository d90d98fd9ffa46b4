using System.Diagnostics.Metrics;
using Theseus.Fleet;

namespace Theseus.Runtime.Metrics;

/// <summary>
/// The instruments that one generation's code has made, and what they came to while somebody looked. Bounded:
/// <see cref="MostInstruments"/> of them, <see cref="MostSeries"/> sets of tags over all, and one more for each instrument's
/// others. Holds nothing of the component once it is closed. Thread-safe.
/// </summary>
internal sealed class GenerationInstruments
{
    /// <summary>How many instruments are measured; those that are made later are not.</summary>
    public const int MostInstruments = 32;

    /// <summary>How many sets of tags are told apart.</summary>
    public const int MostSeries = 200;

    private readonly Lock _lock = new();
    private readonly List<InstrumentMeter> _meters = [];
    private readonly SeriesBudget _budget = new(MostSeries);
    // Not started: it is told of no instruments, and listens to those that it is pointed at. Each generation has its own, so
    // that one whose observing code hangs keeps no other's from being asked.
    private MeterListener? _listener = Listener();
    private bool _isMeasured;
    private int _isAsking;

    /// <summary>Takes one that the generation's code has just made.</summary>
    public void Add(Instrument instrument)
    {
        lock (_lock)
        {
            if (_listener is not null && _meters.Count < MostInstruments && InstrumentMeter.For(instrument, _budget) is { } meter)
            {
                _meters.Add(meter);
                if (_isMeasured)
                {
                    _listener.EnableMeasurementEvents(instrument, meter);
                }
            }
        }
    }

    /// <summary>Takes measurements from now on, or no more. What was measured stays.</summary>
    public void Measure(bool isWanted)
    {
        lock (_lock)
        {
            if (_listener is null || _isMeasured == isWanted)
            {
                return;
            }

            _isMeasured = isWanted;
            foreach (var meter in _meters)
            {
                if (isWanted)
                {
                    _listener.EnableMeasurementEvents(meter.Instrument!, meter);
                }
                else
                {
                    _listener.DisableMeasurementEvents(meter.Instrument!);
                }
            }
        }
    }

    /// <summary>
    /// What they came to. Instruments that are observed are asked aside, for that runs the component's code: the answer is
    /// there at the next reading, and one that does not answer holds nobody up.
    /// </summary>
    public IReadOnlyList<InstrumentReading> Read(ReleaseId release, int generation)
    {
        Ask();
        lock (_lock)
        {
            return [.. _meters.SelectMany(meter => meter.Read(release, generation))];
        }
    }

    /// <summary>Lets go of the instruments, before their code is unloaded. What was measured stays.</summary>
    public void Close()
    {
        MeterListener? listener;
        lock (_lock)
        {
            (listener, _listener, _isMeasured) = (_listener, null, false);
            foreach (var meter in _meters)
            {
                meter.Forget();
            }
        }

        listener?.Dispose();
    }

    private static MeterListener Listener()
    {
        var listener = new MeterListener();
        listener.SetMeasurementEventCallback<byte>(static (_, value, tags, meter) => InstrumentMeter.Record(meter, value, tags));
        listener.SetMeasurementEventCallback<short>(static (_, value, tags, meter) => InstrumentMeter.Record(meter, value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, meter) => InstrumentMeter.Record(meter, value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, meter) => InstrumentMeter.Record(meter, value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, meter) => InstrumentMeter.Record(meter, value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, meter) => InstrumentMeter.Record(meter, value, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, meter) => InstrumentMeter.Record(meter, (double)value, tags));
        return listener;
    }

    private void Ask()
    {
        MeterListener? listener;
        lock (_lock)
        {
            listener = _isMeasured && _meters.Any(meter => meter.IsObserved) ? _listener : null;
        }

        // One at a time: whatever hangs takes one thread and no more.
        if (listener is not null && Interlocked.Exchange(ref _isAsking, 1) == 0)
        {
            _ = Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        listener.RecordObservableInstruments();
                    }
                    catch (Exception)
                    {
                        // The component's own code threw; the others were asked all the same, and this one has no newer value.
                    }
                    finally
                    {
                        Volatile.Write(ref _isAsking, 0);
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default);
        }
    }
}
